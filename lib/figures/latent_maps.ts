/**
 * Maps of latents, coloured by what the pictures show.
 *
 * @module
 */
import { type Embedding, EMBEDDINGS } from "@/experiments/embedding.ts";
import { type LabelledRows, rowAt, rowCount, type Rows } from "@/experiments/rows.ts";
import type { ScatterPoint, ScatterRow } from "@/plot/scatter.ts";

/** Latents of one set, with the words for its classes. */
export interface NamedLatents extends LabelledRows {
  /** The set. */
  readonly set: string;
  /** What each label means. */
  readonly classNames: readonly string[];
}

/**
 * Colours maps of several sets: once by set, then once for each set by its classes, where the other sets
 * are grey.
 *
 * @param sets The sets, in the order in which their rows were laid out
 * @param maps Where each row lies, by how the map was made
 * @throws {RangeError} If a map has another number of places than the sets have rows
 */
export function mapRows(
  sets: readonly NamedLatents[],
  maps: Readonly<Record<Embedding, Rows>>,
): ScatterRow[] {
  const owners = sets.flatMap((set) => Array.from(set.labels, (label) => ({ set, label })));
  const row = (
    title: string,
    series: readonly string[],
    seriesOf: (owner: typeof owners[number]) => string | undefined,
  ): ScatterRow => ({
    title,
    series,
    maps: Object.fromEntries(EMBEDDINGS.map((name) => {
      const points: ScatterPoint[] = owners.map((owner, i) => {
        const [x, y] = rowAt(maps[name], i) as unknown as [number, number];
        return { x, y, series: seriesOf(owner) };
      });
      return [name, points];
    })),
  });
  for (const name of EMBEDDINGS) {
    if (rowCount(maps[name]) === owners.length) continue;
    throw new RangeError(
      `Cannot colour a map: ${name} must have ${owners.length} places, got ${rowCount(maps[name])}`,
    );
  }
  return [
    row("by set", sets.map(({ set }) => set), ({ set }) => set.set),
    ...sets.map((own) =>
      row(
        `${own.set} by class`,
        own.classNames,
        ({ set, label }) => set === own ? own.classNames[label] : undefined,
      )
    ),
  ];
}
