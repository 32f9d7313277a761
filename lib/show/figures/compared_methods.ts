/**
 * Comparison of training methods: results of several runs of each on the same images, as figures
 * and as a table.
 *
 * @module
 */
import type { ShapeScores, StudiedRun } from "@/study/shape_scores.ts";
import type { ComparedObject } from "@/show/plot/comparison.ts";
import type { LossPanel } from "@/show/plot/methods.ts";
import { INK, SERIES_COLOURS } from "@/show/plot/style.ts";
import { formatSpread, spreadOf } from "@/study/score/spread.ts";
import { itemAt } from "@/engine/shapes.ts";
import { exhibitsOf } from "./exhibits.ts";

/** A method and its runs. */
export interface ComparedMethod {
  /** What figures call it. */
  readonly name: string;
  /** One run for each seed; their configs differ only in the seed. */
  readonly studied: readonly StudiedRun[];
}

/**
 * Groups studied runs by method.
 *
 * @param names The methods
 * @param studied The runs of the first method, then as many of the next, and so on
 * @throws {RangeError} If the methods do not have the same number of runs
 */
export function methodsOf(
  names: readonly string[],
  studied: readonly StudiedRun[],
): ComparedMethod[] {
  const seeds = studied.length / names.length;
  if (!Number.isInteger(seeds) || seeds === 0) {
    throw new RangeError(
      `Cannot compare methods: every method must have the same number of runs, got ` +
        `${studied.length} runs of ${names.length} methods`,
    );
  }
  return names.map((name, i) => ({ name, studied: studied.slice(i * seeds, (i + 1) * seeds) }));
}

/** A measurement of every method from every seed. */
export interface Quantity {
  /** Its name in records. */
  readonly key: string;
  /** Its name in figures, with the unit. */
  readonly title: string;
  /** What it is a property of. */
  readonly about: "picture" | "shape" | "pose";
  /** Digits after the point, in tables. */
  readonly decimals: number;
  /** One value for each seed, by the method's name. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** How a quantity is read from the scores of one run. */
type Reading = Omit<Quantity, "values"> & { readonly of: (scores: ShapeScores) => number };

const SHAPE_READINGS: readonly Reading[] = [
  {
    key: "occupiedPercent",
    title: "occupied volume, % of the voxels",
    about: "shape",
    decimals: 1,
    of: ({ occupied }) => 100 * occupied,
  },
  {
    key: "meanOccupancyPercent",
    title: "mean occupancy, %",
    about: "shape",
    decimals: 1,
    of: ({ meanOccupancy }) => 100 * meanOccupancy,
  },
  {
    key: "fogPercent",
    title: "fog, % of the voxels",
    about: "shape",
    decimals: 1,
    of: ({ fog }) => 100 * fog,
  },
  {
    key: "fogOfOccupiedPercent",
    title: "fog, % of the occupied voxels",
    about: "shape",
    decimals: 1,
    of: ({ fog, occupied }) => occupied === 0 ? 0 : 100 * fog / occupied,
  },
  {
    key: "pieces",
    title: "connected pieces",
    about: "shape",
    decimals: 1,
    of: ({ pieces }) => pieces,
  },
  {
    key: "largestPiecePercent",
    title: "largest piece, % of the occupied voxels",
    about: "shape",
    decimals: 1,
    of: ({ largestPiece }) => 100 * largestPiece,
  },
  {
    key: "azimuthDeviationDegrees",
    title: "azimuth, circular sd in degrees",
    about: "pose",
    decimals: 1,
    of: ({ azimuthDeviation }) => azimuthDeviation * 180 / Math.PI,
  },
];

/** Lists what was measured: the error of each set, then the shapes. */
export function quantitiesOf(methods: readonly ComparedMethod[]): Quantity[] {
  const errors = methods[0]!.studied[0]!.scores.errors.map(({ name }, i): Reading => ({
    key: `${name}MeanSquaredError`,
    title: `squared error of a pixel, ${name}`,
    about: "picture",
    decimals: 4,
    of: (scores) => scores.errors[i]!.meanSquaredError,
  }));
  return [...errors, ...SHAPE_READINGS].map(({ of, ...quantity }) => ({
    ...quantity,
    values: Object.fromEntries(
      methods.map(({ name, studied }) => [name, studied.map(({ scores }) => of(scores))]),
    ),
  }));
}

/** Gives a Markdown table: a row for each quantity, a column for each method, mean ± sd of the seeds. */
export function methodsTable(quantities: readonly Quantity[]): string {
  const names = Object.keys(quantities[0]!.values);
  const rows = quantities.map(({ title, decimals, values }) =>
    `| ${title} | ${
      names.map((name) => formatSpread(spreadOf(values[name]!), decimals)).join(" | ")
    } |`
  );
  const rule = `| --- |${" ---: |".repeat(names.length)}`;
  return [`| | ${names.join(" | ")} |`, rule, ...rows].join("\n");
}

/** Gives the metrics of a record: mean and, for several seeds, deviation, by objective. */
export function metricsOf(
  methods: readonly ComparedMethod[],
  quantities: readonly Quantity[],
): Record<string, number> {
  return Object.fromEntries(
    methods.flatMap(({ name, studied }) =>
      quantities.flatMap(({ key, values }) => {
        const { mean, deviation } = spreadOf(values[name]!);
        const metric = studied[0]!.run.config.objective + key[0]!.toUpperCase() + key.slice(1);
        const entries: [string, number][] = [[metric, mean], [`${metric}Deviation`, deviation]];
        return entries.filter(([, value]) => !Number.isNaN(value));
      })
    ),
  );
}

/**
 * Takes, from each method's first run, the shapes of some of the monitored images.
 *
 * @param methods The methods, all trained on the same data
 * @param labels The label of each image, by its name in the monitor, such as `mnist 3`
 * @returns The objects of `shapeComparison`
 * @throws {RangeError} If there is no such image; the message lists the images
 */
export function comparedObjects(
  methods: readonly ComparedMethod[],
  labels: Readonly<Record<string, string>>,
): ComparedObject[] {
  const firsts = methods.map(({ name, studied }) => ({ name, ...studied[0]! }));
  const { images, names } = firsts[0]!.run.data.monitor;
  const area = images.length / names.length;
  return Object.entries(labels).map(([wanted, label]) => {
    const slot = names.indexOf(wanted);
    if (slot < 0) {
      const known = [...new Set(names)].join(", ");
      throw new RangeError(`Cannot compare shapes: name must be one of ${known}, got ${wanted}`);
    }
    return {
      label,
      input: itemAt(images, slot, area),
      exhibits: firsts.map(({ name, run, watched }) => ({
        ...exhibitsOf(watched, names, run.config)[slot]!,
        label: name,
      })),
    };
  });
}

/**
 * Gives the panels of `lossesOfMethods`: the image term of all methods and, for adversarial
 * methods, the losses of both players. The encoder's term is shown without its weight, so that both
 * are in nats; both players lose log 2 when codes cannot be told from draws of the prior.
 */
export function lossPanelsOf(methods: readonly ComparedMethod[]): LossPanel[] {
  const coloured = methods.map(({ name, studied }, i) => ({
    name,
    colour: SERIES_COLOURS[i % SERIES_COLOURS.length]!,
    histories: studied.map(({ run }) => run.history),
    beta: studied[0]!.run.config.beta as number,
  }));
  const images = coloured.map((method) => ({ ...method, term: "image" }));
  const games = coloured.filter(({ histories }) => "discriminator" in (histories[0]?.[0] ?? {}));
  return [
    { title: "image term: squared error per picture", losses: images, share: 1.6 },
    ...games.map((game): LossPanel => ({
      title: `${game.name} game, nats; dashed: log 2, a tie`,
      losses: [
        { ...game, name: "discriminator", term: "discriminator" },
        { ...game, name: "encoder", term: "latent", weight: game.beta, colour: INK },
      ],
      level: Math.LN2,
    })),
  ];
}
