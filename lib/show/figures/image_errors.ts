/**
 * Errors on unseen images, over seeds: of textured images, projections and the mean image (the
 * tables of F5 and F6).
 *
 * @module
 */
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { Inference } from "@/infer/inference.ts";
import { formatNumber, formatSpread, spreadOf } from "@/study/score/spread.ts";
import { evaluate, type EvaluateOptions, type Score } from "@/study/evaluate.ts";
import type { Run } from "@/train/run.ts";

/** Mean squared errors of a pixel, for images in [0, 1]. */
export interface ImageErrors {
  /** Errors of the renderings, textured if there is a texture, by seed. */
  readonly rendering: readonly number[];
  /** Errors of the projections, by seed. */
  readonly projection: readonly number[];
  /** Errors of the mean image, the best prediction that is the same for all, by seed. */
  readonly meanImage: readonly number[];
}

/**
 * Measures the errors of several runs on images that they never saw.
 *
 * @param runs Runs that differ in their seeds
 * @param options `limit`: maximum number of images of each set
 */
export function imageErrorsOf(
  runs: readonly Run[],
  options: Pick<EvaluateOptions, "limit"> = {},
): ImageErrors {
  const errors = runs.map(({ config, checkpoint, data: { tests } }) => {
    using model = new Inference(config, checkpoint.snapshot);
    const errorOf = (of: EvaluateOptions["of"]) =>
      overall(evaluate(model, tests, { ...options, of }));
    const means = tests.map(({ set }) => ({ ...set, meanSquaredError: meanImageError(set) }));
    return {
      rendering: errorOf("rendering"),
      projection: errorOf("projection"),
      meanImage: overall(means),
    };
  });
  return {
    rendering: errors.map(({ rendering }) => rendering),
    projection: errors.map(({ projection }) => projection),
    meanImage: errors.map(({ meanImage }) => meanImage),
  };
}

/** Averages the errors of sets, weighted by their numbers of images. */
function overall(scores: readonly Pick<Score, "count" | "meanSquaredError">[]): number {
  const count = scores.reduce((sum, score) => sum + score.count, 0);
  return scores.reduce((sum, score) => sum + score.count * score.meanSquaredError, 0) / count;
}

/**
 * Gives the squared error per pixel of a set's mean image on the set: the variance of a pixel,
 * averaged over pixels. A model that ignores its input cannot do better.
 *
 * @param set At least one image
 */
export function meanImageError(set: ImageSet): number {
  const area = set.size ** 2;
  const [sums, squares] = [new Float64Array(area), new Float64Array(area)];
  const image = new Float32Array(area);
  for (let index = 0; index < set.count; index++) {
    imagesAt(set, [index], image);
    for (let at = 0; at < area; at++) {
      sums[at]! += image[at]!;
      squares[at]! += image[at]! ** 2;
    }
  }
  const variances = sums.map((sum, at) => squares[at]! / set.count - (sum / set.count) ** 2);
  return variances.reduce((sum, variance) => sum + variance, 0) / area;
}

/**
 * Writes errors as a Markdown table: a column for each seed, then mean and deviation.
 *
 * @param errors By what the images show, such as `faces`; all with the same seeds
 * @param seeds The seeds, in the order of the errors
 */
export function imageErrorsTable(
  errors: Readonly<Record<string, ImageErrors>>,
  seeds: readonly number[],
): string {
  const heads = ["squared error of a pixel", ...seeds.map((seed) => `seed ${seed}`), "mean ± sd"];
  const rows = Object.entries(errors).flatMap(([name, { rendering, projection, meanImage }]) => [
    rowOf(`${name}, textured`, rendering),
    rowOf(`${name}, projection`, projection),
    rowOf(`${name}, their mean image`, meanImage),
  ]);
  const rule = `| --- | ${heads.slice(1).map(() => "---:").join(" | ")} |`;
  return [`| ${heads.join(" | ")} |`, rule, ...rows].join("\n");
}

function rowOf(name: string, values: readonly number[]): string {
  const cells = values.map((value) => formatNumber(value, 4));
  return `| ${[name, ...cells, formatSpread(spreadOf(values), 4)].join(" | ")} |`;
}

/**
 * Means over seeds, as in a figure's record. Explained is the share of the images' variance that a
 * model accounts for: 1 - error / error of the mean image.
 */
export type ImageErrorMetrics = Readonly<
  Record<
    | "texturedMeanSquaredError"
    | "projectionMeanSquaredError"
    | "meanPictureMeanSquaredError"
    | "texturedExplained"
    | "projectionExplained"
    | "seeds",
    number
  >
>;

/**
 * Gives the means over seeds.
 *
 * @param errors The errors of each seed
 */
export function imageErrorMetrics(errors: ImageErrors): ImageErrorMetrics {
  const { rendering, projection, meanImage } = errors;
  const [textured, projected, mean] = [rendering, projection, meanImage]
    .map((values) => spreadOf(values).mean) as [number, number, number];
  return {
    texturedMeanSquaredError: textured,
    projectionMeanSquaredError: projected,
    meanPictureMeanSquaredError: mean,
    texturedExplained: 1 - textured / mean,
    projectionExplained: 1 - projected / mean,
    seeds: rendering.length,
  };
}
