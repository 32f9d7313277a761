/**
 * Maps of latents, coloured by what the images show.
 *
 * @module
 */
import { embed, type Embedding, EMBEDDINGS } from "@/study/embedding.ts";
import { neighbourPurity } from "@/study/nearest.ts";
import { joinValues, type LabelledRows, rowAt } from "@/study/rows.ts";
import type { ScatterPoint, ScatterRow } from "@/show/plot/scatter.ts";

/** Latents of one set, with the names of its classes. */
export interface NamedLatents extends LabelledRows {
  /** The set. */
  readonly set: string;
  /** The name of each label's class. */
  readonly classNames: readonly string[];
}

/** Maps of latents, and how well they keep classes together. */
export interface LatentMaps {
  /** Rows to draw: coloured first by set, then for each set by class, with the other sets grey. */
  readonly rows: readonly ScatterRow[];
  /**
   * Share of an image's five nearest neighbours that have its class, among the latents themselves
   * and on each map.
   */
  readonly purities: Readonly<Record<"latents" | Embedding, number>>;
}

/** Number of neighbours. */
const NEIGHBOURS = 5;

/**
 * Embeds the latents of several sets together, by each embedding method.
 *
 * @param sets The sets, at least one
 * @param seed The same seed gives the same maps
 * @throws What `embed` throws
 */
export function latentMaps(sets: readonly NamedLatents[], seed: number): LatentMaps {
  const owners = sets.flatMap((set) => Array.from(set.labels, (label) => ({ set, label })));
  const latents = joinValues(sets);
  const maps = EMBEDDINGS.map((name) => [name, embed(latents, name, seed)] as const);
  const classes = [...new Set(owners.map(nameOf))];
  const labels = Uint8Array.from(owners, (owner) => classes.indexOf(nameOf(owner)));
  const purities = [["latents", latents] as const, ...maps].map(([name, rows]) => [
    name,
    neighbourPurity({ ...rows, labels }, NEIGHBOURS),
  ]);
  const rowOf = (title: string, series: readonly string[], seriesOf: SeriesOf): ScatterRow => ({
    title,
    series,
    maps: Object.fromEntries(maps.map(([name, places]) => [
      name,
      owners.map((owner, i) => pointOf(rowAt(places, i), seriesOf(owner))),
    ])),
  });
  return {
    purities: Object.fromEntries(purities),
    rows: [
      rowOf("by set", sets.map(({ set }) => set), ({ set }) => set.set),
      ...sets.map((own) =>
        rowOf(
          `${own.set} by class`,
          own.classNames,
          ({ set, label }) => set === own ? own.classNames[label] : undefined,
        )
      ),
    ],
  };
}

/** The set and class of a point. */
interface Owner {
  readonly set: NamedLatents;
  readonly label: number;
}

type SeriesOf = (owner: Owner) => string | undefined;

const nameOf = ({ set, label }: Owner) => JSON.stringify([set.set, label]);

function pointOf(place: Float32Array, series: string | undefined): ScatterPoint {
  return { x: place[0]!, y: place[1]!, series };
}
