/**
 * Verdicts in words and numbers: tables, a summary, metrics.
 *
 * @module
 */
import type { GroundTruth } from "@/study/ground_truth.ts";
import {
  chanceErrors,
  type Evaluation,
  scoreBaselines,
  type TruthScores,
} from "@/study/truth_scores.ts";
import {
  differenceOf,
  formatNumber,
  formatSpread,
  type Spread,
  spreadOf,
} from "@/study/score/spread.ts";
import { differenceFromOwnView } from "@/study/score/views.ts";

/** What was judged, once for each seed. */
export interface ScoredMethod {
  /** What it is called. */
  readonly name: string;
  /** One verdict for each seed. */
  readonly evaluations: readonly Evaluation[];
}

/** The columns of the table: which score, what to call it, digits behind the point, and its unit. */
const COLUMNS: readonly [keyof TruthScores, heading: string, digits: number, scale: number][] = [
  ["overlap", "IoU", 3, 1],
  ["overlapInView", "IoU, pose given", 3, 1],
  ["chamfer", "Chamfer", 3, 1],
  ["azimuthErrorDegrees", "azimuth error, °", 0, 1],
  ["azimuthShareWithin30", "≤ 30°, %", 0, 100],
  ["novelViewOverlap", "IoU of unseen views", 3, 1],
  ["viewDifference", "views differ by", 3, 1],
  ["pictureError", "picture error", 4, 1],
];

/**
 * Gives mean and deviation over the seeds of a score.
 *
 * @throws {RangeError} If there is no verdict with that score
 */
export function scoreOf({ evaluations }: ScoredMethod, score: keyof TruthScores): Spread {
  return spreadOf(evaluations.flatMap(({ scores }) => scores[score] ?? []));
}

/** Writes all scores as a table in Markdown; a dash where something has none. */
export function truthTable(scored: readonly ScoredMethod[]): string {
  const cells = (each: ScoredMethod) =>
    COLUMNS.map(([score, , digits, scale]) => {
      if (each.evaluations.every(({ scores }) => scores[score] === undefined)) return "–";
      const { mean, deviation } = scoreOf(each, score);
      return formatSpread({ mean: scale * mean, deviation: scale * deviation }, digits);
    });
  const row = (name: string, values: readonly string[]) => `| ${[name, ...values].join(" | ")} |`;
  return [
    row("", COLUMNS.map(([, heading]) => heading)),
    row("---", COLUMNS.map(() => "---:")),
    ...scored.map((each) => row(each.name, cells(each))),
  ].join("\n");
}

/** Gives the mean of every score, named by what was judged, for a figure's record. */
export function truthMetrics(scored: readonly ScoredMethod[]): Record<string, number> {
  return Object.fromEntries(scored.flatMap((each) => {
    const scores = Object.keys(each.evaluations[0]!.scores) as (keyof TruthScores)[];
    return scores.map((score) => [`${each.name}: ${score}`, scoreOf(each, score).mean]);
  }));
}

/** Judges what needs no learning, by ground truths, one for each seed. */
export function scoredBaselines(truths: readonly GroundTruth[]): ScoredMethod[] {
  const evaluations = truths.map(scoreBaselines);
  return [
    { name: "extruded silhouette", evaluations: evaluations.map(({ extrusion }) => extrusion) },
    { name: "solid of revolution", evaluations: evaluations.map(({ revolution }) => revolution) },
    { name: "nearest picture's truth", evaluations: evaluations.map(({ nearest }) => nearest) },
  ];
}

/** What scores are measured by, where nothing is known or all is; means over the seeds. */
export interface Yardsticks {
  /** Error of one azimuth for all images, chosen on training objects; degrees, modulo the flip. */
  readonly constantErrorDegrees: number;
  /** Error that is to be expected of azimuths drawn uniformly, in degrees, modulo the flip. */
  readonly guessErrorDegrees: number;
  /** Mean squared difference between the own view and all others of the true shapes. */
  readonly trueViewDifference: number;
}

/** Measures the yardsticks on ground truths, one for each seed. */
export function yardsticksOf(truths: readonly GroundTruth[]): Yardsticks {
  const errors = truths.map(chanceErrors);
  const meanDegrees = (radians: readonly number[]) => spreadOf(radians).mean * 180 / Math.PI;
  const differences = truths.map(({ testViews }) => differenceFromOwnView(testViews));
  return {
    constantErrorDegrees: meanDegrees(errors.map(({ constant }) => constant.mean)),
    guessErrorDegrees: meanDegrees(errors.map(({ guess }) => guess.mean)),
    trueViewDifference: spreadOf(differences).mean,
  };
}

/** Says, in Markdown, whether learnt azimuths tell images apart, beside what chance gives. */
export function azimuthWords(
  scored: readonly ScoredMethod[],
  { constantErrorDegrees, guessErrorDegrees }: Yardsticks,
): string {
  const methods = scored.map((each) =>
    `${each.name}: deviation **${numberOf(each, "azimuthDeviationDegrees", 1)}°**, ` +
    `error **${numberOf(each, "azimuthErrorDegrees", 0)}°**`
  );
  return `${methods.join("; ")}. For comparison, one azimuth for all pictures, the best of the ` +
    `training objects, has deviation 0° and error ` +
    `**${formatNumber(constantErrorDegrees, 0)}°**, a guess error ` +
    `**${formatNumber(guessErrorDegrees, 0)}°**.`;
}

/** Writes, as a table in Markdown, how much shapes change from view to view, beside the true ones. */
export function viewDifferenceTable(
  scored: readonly ScoredMethod[],
  { trueViewDifference }: Yardsticks,
): string {
  const rows = [
    ["true shapes", trueViewDifference] as const,
    ...scored.map((each) => [each.name, scoreOf(each, "viewDifference").mean] as const),
  ];
  return [
    "|  | mean squared difference to the own view | of the truth's |",
    "| --- | ---: | ---: |",
    ...rows.map(([name, mean]) =>
      `| ${name} | ${formatNumber(mean, 3)} | ` +
      `${formatNumber(100 * mean / trueViewDifference, 0)} % |`
    ),
  ].join("\n");
}

/**
 * Sums up, in Markdown, what each method has found out: a line for each. Shapes are called better or
 * worse where the difference is larger than what the seeds make; where there is one seed, by its sign.
 *
 * @param methods Judged runs
 * @param extrusion What shapes are compared with
 * @param yardsticks What azimuths and views are compared with
 */
export function truthSummary(
  methods: readonly ScoredMethod[],
  extrusion: ScoredMethod,
  { constantErrorDegrees, trueViewDifference }: Yardsticks,
): string {
  const extruded = scoreOf(extrusion, "overlapInView");
  return methods.map((each) => {
    const shapes = scoreOf(each, "overlapInView");
    const change = 100 * scoreOf(each, "viewDifference").mean / trueViewDifference;
    return `- **${each.name}**: the pictures come out with a squared error of ` +
      `${numberOf(each, "pictureError", 4)} a pixel. The shapes are ` +
      `${besides(shapes, extruded)} the silhouette extruded: IoU ${formatSpread(shapes, 3)} ` +
      `against ${formatSpread(extruded, 3)} with the pose given, and ` +
      `${numberOf(each, "overlap", 3)} without. The azimuths are wrong by ` +
      `${numberOf(each, "azimuthErrorDegrees", 0)}°, where one for all pictures would be by ` +
      `${formatNumber(constantErrorDegrees, 0)}°. From view to view a shape changes by ` +
      `${formatNumber(change, 0)} % of what a true one does.`;
  }).join("\n");
}

/** Says how a score, of which more is better, stands beside another. */
function besides(score: Spread, other: Spread): string {
  const { difference, isWithinSpread } = differenceOf(score, other);
  if (isWithinSpread || difference === 0) return "within the seed spread of";
  return difference > 0 ? "better than" : "worse than";
}

function numberOf(each: ScoredMethod, score: keyof TruthScores, digits: number): string {
  return formatNumber(scoreOf(each, score).mean, digits);
}
