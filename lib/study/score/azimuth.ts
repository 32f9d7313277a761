/**
 * Errors of azimuths, in radians.
 *
 * At elevation 0, an object with left-right mirror symmetry looks the same from theta and from pi -
 * theta, up to a reversed depth that no silhouette shows. So errors are taken modulo that flip.
 *
 * @module
 */
import { medianOf } from "./spread.ts";

/** Errors of a set of azimuths. */
export interface AzimuthErrors {
  /** Mean error in radians, modulo the flip. */
  readonly mean: number;
  /** Median error in radians, modulo the flip. */
  readonly median: number;
  /** Share of the errors that are at most 30 degrees. */
  readonly shareWithin30: number;
}

/** Largest error of an azimuth that counts as found. */
const CLOSE = Math.PI / 6;

/** Offsets and guesses to try: one per degree. */
const DEGREES = Array.from({ length: 360 }, (_, degree) => degree * Math.PI / 180);

/** Gives the angle between two azimuths, in [0, pi]. */
export function circularDistance(a: number, b: number): number {
  const around = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(around, 2 * Math.PI - around);
}

/** Gives the distance of two azimuths if theta and pi - theta count as equal, in [0, pi]. */
export function azimuthError(predicted: number, truth: number): number {
  return Math.min(
    circularDistance(predicted, truth),
    circularDistance(predicted, Math.PI - truth),
  );
}

/**
 * Compares azimuths with the true ones.
 *
 * @param predicted `[N]`, in the frame of the truth
 * @param truth `[N]`
 * @throws {RangeError} If there are none, or their numbers differ
 */
export function azimuthErrors(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
): AzimuthErrors {
  if (truth.length === 0 || predicted.length !== truth.length) {
    throw new RangeError(
      `Cannot compare azimuths: predicted and truth must have the same length, at least 1, ` +
        `got ${predicted.length} and ${truth.length}`,
    );
  }
  const errors = Array.from(truth, (azimuth, i) => azimuthError(predicted[i]!, azimuth));
  const close = errors.filter((error) => error <= CLOSE + 1e-9).length;
  return {
    mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    median: medianOf(errors),
    shareWithin30: close / errors.length,
  };
}

/**
 * Finds the offset that aligns a model's azimuths best with the truth. A mirror would add nothing:
 * modulo the flip, offset - theta is theta + (pi - offset).
 *
 * @param own `[N]`, azimuths in the model's own frame
 * @param truth `[N]`
 * @returns What to add to `own`, in radians, a whole number of degrees
 * @throws {RangeError} If there are none, or their numbers differ
 */
export function alignAzimuths(own: ArrayLike<number>, truth: ArrayLike<number>): number {
  const meanAt = (offset: number) =>
    azimuthErrors(Float64Array.from(own, (azimuth) => azimuth + offset), truth).mean;
  const means = DEGREES.map(meanAt);
  return DEGREES[means.indexOf(Math.min(...means))]!;
}

/**
 * Gives the expected errors of guesses: azimuths drawn uniformly, whatever the image.
 *
 * @param truth `[N]`
 * @throws {RangeError} If there are none
 */
export function guessedAzimuthErrors(truth: ArrayLike<number>): AzimuthErrors {
  const errors = DEGREES.map((guess) =>
    azimuthErrors(new Float64Array(truth.length).fill(guess), truth)
  );
  const mean = (field: keyof AzimuthErrors) =>
    errors.reduce((sum, each) => sum + each[field], 0) / errors.length;
  return { mean: mean("mean"), median: mean("median"), shareWithin30: mean("shareWithin30") };
}
