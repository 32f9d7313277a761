/**
 * Scores against the truth, as Markdown tables and as metrics of a figure's record.
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
import { formatNumber, formatSpread, type Spread, spreadOf } from "@/study/score/spread.ts";
import { differenceFromOwnView } from "@/study/score/views_around.ts";

/** A method, scored once for each seed. */
export interface ScoredMethod {
  /** Its name. */
  readonly name: string;
  /** One evaluation for each seed. */
  readonly evaluations: readonly Evaluation[];
}

/** Columns of the table: the score, its heading, digits after the point, factor of its unit. */
const COLUMNS: readonly [keyof TruthScores, heading: string, digits: number, scale: number][] = [
  ["overlap", "IoU", 3, 1],
  ["overlapMedian", "median", 3, 1],
  ["overlapInView", "IoU, pose given", 3, 1],
  ["chamfer", "Chamfer", 3, 1],
  ["chamferMedian", "median", 3, 1],
  ["azimuthErrorDegrees", "azimuth error, °", 0, 1],
  ["azimuthErrorMedianDegrees", "median, °", 0, 1],
  ["azimuthShareWithin30", "≤ 30°, %", 0, 100],
  ["novelViewOverlap", "IoU of unseen views", 3, 1],
  ["viewDifference", "views differ by", 3, 1],
  ["pictureError", "image error", 4, 1],
];

/**
 * Gives the mean and deviation of a score over the seeds.
 *
 * @throws {RangeError} If no evaluation has that score
 */
export function scoreOf({ evaluations }: ScoredMethod, score: keyof TruthScores): Spread {
  return spreadOf(evaluations.flatMap(({ scores }) => scores[score] ?? []));
}

/** Writes all scores as a Markdown table, with a dash where there is none. */
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

/** Gives the mean of every score, named by method, for a figure's record. */
export function truthMetrics(scored: readonly ScoredMethod[]): Record<string, number> {
  return Object.fromEntries(scored.flatMap((each) => {
    const scores = Object.keys(each.evaluations[0]!.scores) as (keyof TruthScores)[];
    return scores.map((score) => [`${each.name}: ${score}`, scoreOf(each, score).mean]);
  }));
}

/** Scores the rules without learning on ground truths, one for each seed. */
export function scoredBaselines(truths: readonly GroundTruth[]): ScoredMethod[] {
  const evaluations = truths.map(scoreBaselines);
  return [
    { name: "extruded silhouette", evaluations: evaluations.map(({ extrusion }) => extrusion) },
    { name: "solid of revolution", evaluations: evaluations.map(({ revolution }) => revolution) },
    { name: "nearest image's truth", evaluations: evaluations.map(({ nearest }) => nearest) },
  ];
}

/** Reference values for scores, without knowledge and with all of it; means over the seeds. */
export interface Yardsticks {
  /** Error of one azimuth for all images, chosen on training objects; degrees, modulo the flip. */
  readonly constantErrorDegrees: number;
  /** Expected error of uniformly drawn azimuths, in degrees, modulo the flip. */
  readonly guessErrorDegrees: number;
  /** Mean squared difference between the own view and all others of the true shapes. */
  readonly trueViewDifference: number;
}

/** Measures the reference values on ground truths, one for each seed. */
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

/**
 * Writes a Markdown table of the deviation and the error of learnt azimuths in degrees, with one
 * azimuth for all images and a guess for comparison.
 */
export function azimuthTable(
  scored: readonly ScoredMethod[],
  { constantErrorDegrees, guessErrorDegrees }: Yardsticks,
): string {
  const rows = [
    ...scored.map((each) => [
      each.name,
      numberOf(each, "azimuthDeviationDegrees", 1),
      numberOf(each, "azimuthErrorDegrees", 0),
    ]),
    ["one azimuth for all images", "0", formatNumber(constantErrorDegrees, 0)],
    ["a guess", "–", formatNumber(guessErrorDegrees, 0)],
  ];
  return [
    "| method | deviation of azimuths, ° | error modulo the flip, ° |",
    "| --- | ---: | ---: |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}

/** Writes a Markdown table of how much shapes change from view to view, with the true ones first. */
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

function numberOf(each: ScoredMethod, score: keyof TruthScores, digits: number): string {
  return formatNumber(scoreOf(each, score).mean, digits);
}
