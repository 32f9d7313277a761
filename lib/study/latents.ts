/**
 * Latents of whole sets of images, and their distribution: the aggregate posterior.
 *
 * @module
 */
import type { Inference } from "@/infer/inference.ts";
import { joinValues, type LabelledRows, rowCount, type Rows } from "./rows.ts";

/** Posteriors of images: `values` holds their means `[N, Z - 1]`, which are the latents. */
export interface Posteriors extends Rows {
  /** `[N, Z - 1]`, natural logarithm of the variance. */
  readonly logVariances: Float32Array;
}

/** Posteriors of images whose classes are known. */
export type LabelledPosteriors = Posteriors & LabelledRows;

/** A normal distribution of latents. */
export interface LatentGaussian {
  /** `[Z - 1]` */
  readonly mean: Float64Array;
  /** `[Z - 1, Z - 1]` */
  readonly covariance: Float64Array;
}

/** First two moments of the aggregate posterior, q(z) = mean over images of q(z|x). */
export interface Aggregate extends LatentGaussian {
  /** `[Z - 1]`, diagonal of the covariance: the sum of the next two. */
  readonly variance: Float64Array;
  /** `[Z - 1]`, variance of the posteriors' means over images: what distinguishes images. */
  readonly varianceOfMeans: Float64Array;
  /** `[Z - 1]`, mean of the posteriors' variances: the noise of one image's latent. */
  readonly meanOfVariances: Float64Array;
}

/** Encodes rows of pixels and keeps their labels. */
export function latentsOf(
  model: Pick<Inference, "encode">,
  pixels: LabelledRows,
): LabelledPosteriors {
  const { mean, logVariance } = model.encode(pixels.values);
  const length = mean.length / rowCount(pixels);
  return { values: mean, logVariances: logVariance, labels: pixels.labels, length };
}

/**
 * Measures the aggregate posterior:
 *
 * covariance = covariance over images of the means + diag(mean over images of the variances)
 *
 * @param latents Posteriors of at least two images in all, one table for each set
 * @throws {RangeError} If there are fewer than two
 */
export function aggregateOf(latents: readonly Posteriors[]): Aggregate {
  const { values, length } = joinValues(latents);
  const logVariances = joinValues(
    latents.map(({ logVariances, length }) => ({ values: logVariances, length })),
  ).values;
  const count = values.length / length;
  if (count < 2) {
    throw new RangeError(`Cannot aggregate latents: count must be at least 2, got ${count}`);
  }
  const average = (at: (i: number, unit: number) => number) => {
    const sums = new Float64Array(length);
    for (let i = 0; i < values.length; i++) sums[i % length]! += at(i, i % length);
    return sums.map((sum) => sum / count);
  };
  const mean = average((i) => values[i]!);
  const meanOfVariances = average((i) => Math.exp(logVariances[i]!));
  const covariance = new Float64Array(length ** 2);
  for (let row = 0; row < count; row++) {
    for (let a = 0; a < length; a++) {
      const deviation = (values[row * length + a]! - mean[a]!) / count;
      for (let b = 0; b < length; b++) {
        covariance[a * length + b]! += deviation * (values[row * length + b]! - mean[b]!);
      }
    }
  }
  const varianceOfMeans = mean.map((_, unit) => covariance[unit * (length + 1)]!);
  const variance = varianceOfMeans.map((own, unit) => own + meanOfVariances[unit]!);
  for (const [unit, whole] of variance.entries()) covariance[unit * (length + 1)] = whole;
  return { mean, covariance, variance, varianceOfMeans, meanOfVariances };
}

/** Lists the units of a latent, starting with those whose mean varies most over images. */
export function unitsByVariance({ varianceOfMeans }: Pick<Aggregate, "varianceOfMeans">): number[] {
  return [...varianceOfMeans.keys()].sort((a, b) => varianceOfMeans[b]! - varianceOfMeans[a]!);
}
