/**
 * Distances of latents from the origin, and of draws from N(0, I).
 *
 * @module
 */
import { drawLatents, standardGaussian } from "./latent_paths.ts";
import { rowAt, rowCount, type Rows } from "./rows.ts";

/** Euclidean norms of latents and of as many draws from N(0, I). */
export interface LatentNorms {
  /** Number of latents, and of draws. */
  readonly count: number;
  /** Norm of the latent nearest to the origin. */
  readonly shortest: number;
  /** Median norm of the latents. */
  readonly median: number;
  /** Norm of the draw farthest from the origin. */
  readonly longestDraw: number;
}

/**
 * Measures the norms of latents and of draws.
 *
 * @param latents At least one
 * @param seed The same seed gives the same draws
 * @throws {RangeError} If there are none
 */
export function latentNorms(latents: Rows, seed: number): LatentNorms {
  const count = rowCount(latents);
  if (count === 0) {
    throw new RangeError("Cannot measure norms: latents must not be empty");
  }
  const { length } = latents;
  const norms = normsOf(latents);
  const draws = { values: drawLatents(standardGaussian(length), count, seed), length };
  return {
    count,
    shortest: norms[0]!,
    median: norms[count >> 1]!,
    longestDraw: normsOf(draws).at(-1)!,
  };
}

/** Gives the norms of rows in ascending order. */
function normsOf(rows: Rows): number[] {
  return Array.from({ length: rowCount(rows) }, (_, i) => Math.hypot(...rowAt(rows, i)))
    .sort((a, b) => a - b);
}
