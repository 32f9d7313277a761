/**
 * Paths through latent space: between two latents, along one unit, or random draws.
 *
 * @module
 */
import { createRandom, seedFor } from "@/engine/random.ts";
import { itemAt } from "@/engine/shapes.ts";
import type { LatentGaussian } from "./latents.ts";

/**
 * Gives evenly spaced latents on the straight line between two, ends included:
 * z_i = from + i / (count - 1) (to - from).
 *
 * @param from `[Z - 1]`
 * @param to `[Z - 1]`
 * @param count How many, an integer >= 2
 * @returns `[count, Z - 1]`
 * @throws {TypeError} If the two differ in length
 * @throws {RangeError} If count is not an integer >= 2
 */
export function interpolate(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  count: number,
): Float32Array {
  if (from.length !== to.length) {
    throw new TypeError(
      `Cannot interpolate: latents must have the same length, got ${from.length} and ${to.length}`,
    );
  }
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(`Cannot interpolate: count must be an integer >= 2, got ${count}`);
  }
  return Float32Array.from({ length: count * from.length }, (_, i) => {
    const [t, unit] = [Math.floor(i / from.length) / (count - 1), i % from.length];
    return (1 - t) * from[unit]! + t * to[unit]!;
  });
}

/**
 * Gives copies of a latent with one unit moved.
 *
 * @param from `[Z - 1]`
 * @param unit Index of the unit
 * @param offsets What is added to the unit, one offset for each copy
 * @returns `[offsets, Z - 1]`
 * @throws {RangeError} If the latent has no such unit
 */
export function walkUnit(
  from: ArrayLike<number>,
  unit: number,
  offsets: readonly number[],
): Float32Array {
  if (!Number.isInteger(unit) || unit < 0 || unit >= from.length) {
    throw new RangeError(
      `Cannot walk a unit: unit must be an integer from 0 to ${from.length - 1}, got ${unit}`,
    );
  }
  return Float32Array.from({ length: offsets.length * from.length }, (_, i) => {
    const moved = i % from.length === unit ? offsets[Math.floor(i / from.length)]! : 0;
    return from[i % from.length]! + moved;
  });
}

/**
 * Measures how far the middle of a path is from a blend of its ends: the squared distance between
 * the two, over that between the ends. A blend gives 0, as do equal images; either end gives 1 / 4.
 *
 * @param images `[count, pixels]`, renderings of an interpolation
 * @param count Number of images
 * @throws {RangeError} If count is even, so that no image is in the middle
 */
export function distanceFromBlend(images: Float32Array, count: number): number {
  if (count % 2 === 0) {
    throw new RangeError(`Cannot compare with a blend: count must be odd, got ${count}`);
  }
  const size = images.length / count;
  const step = (i: number) => itemAt(images, i, size);
  const [first, middle, last] = [step(0), step((count - 1) / 2), step(count - 1)];
  let [fromBlend, between] = [0, 0];
  for (let i = 0; i < size; i++) {
    fromBlend += (middle[i]! - (first[i]! + last[i]!) / 2) ** 2;
    between += (first[i]! - last[i]!) ** 2;
  }
  return fromBlend === 0 ? 0 : fromBlend / between;
}

/** Gives N(0, I) over a number of units: the prior of the objectives. */
export function standardGaussian(units: number): LatentGaussian {
  const covariance = new Float64Array(units ** 2);
  for (let unit = 0; unit < units; unit++) covariance[unit * (units + 1)] = 1;
  return { mean: new Float64Array(units), covariance };
}

/**
 * Draws latents: z = mean + L eps with L L^T = covariance and eps ~ N(0, I).
 *
 * @param gaussian The distribution
 * @param count How many
 * @param seed The same seed gives the same eps, so that draws from two distributions can be
 *   compared
 * @returns `[count, Z - 1]`
 * @throws {RangeError} If the covariance is not positive definite
 */
export function drawLatents(gaussian: LatentGaussian, count: number, seed: number): Float32Array {
  const { mean, covariance } = gaussian;
  const units = mean.length;
  const lower = choleskyOf(covariance, units);
  const random = createRandom(seedFor(seed, "latents/draws"));
  const draws = new Float32Array(count * units);
  for (let row = 0; row < count; row++) {
    const noise = Array.from({ length: units }, () => random.normal());
    for (let a = 0; a < units; a++) {
      const turned = noise.reduce((sum, eps, b) => sum + lower[a * units + b]! * eps, 0);
      draws[row * units + a] = mean[a]! + turned;
    }
  }
  return draws;
}

/** Gives the lower triangular L with covariance = L L^T, row by row (Cholesky). */
function choleskyOf(covariance: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size ** 2);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let rest = covariance[a * size + b]!;
      for (let k = 0; k < b; k++) rest -= lower[a * size + k]! * lower[b * size + k]!;
      if (a === b && !(rest > 0)) {
        throw new RangeError(
          `Cannot draw latents: covariance must be positive definite, got ${rest} at unit ${a}`,
        );
      }
      lower[a * size + b] = a === b ? Math.sqrt(rest) : rest / lower[b * size + b]!;
    }
  }
  return lower;
}
