/**
 * How well azimuths are known, in radians.
 *
 * Seen level, an object whose left and right are mirror images looks the same from theta and from
 * pi - theta, up to a reversed depth that no silhouette shows. So errors are taken modulo that flip.
 *
 * @module
 */

/** What is said of a set of azimuths. */
export interface AzimuthErrors {
  /** Mean error in radians, modulo the flip. */
  readonly mean: number;
  /** Share of the errors that are at most 30 degrees. */
  readonly shareWithin30: number;
}

/** How close an azimuth must be to count as found. */
const CLOSE = Math.PI / 6;

/** Offsets and guesses that are tried: one a degree. */
const DEGREES = Array.from({ length: 360 }, (_, degree) => degree * Math.PI / 180);

/** Gives the shorter way round from one azimuth to the other, in [0, pi]. */
export function circularDistance(a: number, b: number): number {
  const around = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(around, 2 * Math.PI - around);
}

/** Gives the distance of two azimuths where theta and pi - theta count as one, in [0, pi]. */
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
 * @throws {RangeError} If there are none, or not as many of both
 */
export function azimuthErrors(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
): AzimuthErrors {
  if (truth.length === 0 || predicted.length !== truth.length) {
    throw new RangeError(
      `Cannot compare azimuths: predicted must have as many as truth, at least one, ` +
        `got ${predicted.length} and ${truth.length}`,
    );
  }
  const errors = Array.from(truth, (azimuth, i) => azimuthError(predicted[i]!, azimuth));
  const close = errors.filter((error) => error <= CLOSE + 1e-9).length;
  return {
    mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    shareWithin30: close / errors.length,
  };
}

/**
 * Finds the one offset that suits a model's azimuths best. A mirror would add nothing: modulo the
 * flip, offset - theta is theta + (pi - offset).
 *
 * @param own `[N]`, azimuths in the model's own frame
 * @param truth `[N]`
 * @returns What to add to `own`, in radians, a whole number of degrees
 * @throws {RangeError} If there are none, or not as many of both
 */
export function alignAzimuths(own: ArrayLike<number>, truth: ArrayLike<number>): number {
  const meanAt = (offset: number) =>
    azimuthErrors(Float64Array.from(own, (azimuth) => azimuth + offset), truth).mean;
  const means = DEGREES.map(meanAt);
  return DEGREES[means.indexOf(Math.min(...means))]!;
}

/**
 * Gives what is to be expected of guesses: azimuths drawn uniformly, whatever the image.
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
  return { mean: mean("mean"), shareWithin30: mean("shareWithin30") };
}
