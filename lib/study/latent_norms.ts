/**
 * How far from the origin latents lie, and how far draws from N(0, I) do.
 *
 * @module
 */
import { drawLatents, standardGaussian } from "./latent_paths.ts";
import { rowAt, rowCount, type Rows } from "./rows.ts";

/** Euclidean norms of latents beside those of as many draws from N(0, I). */
export interface LatentNorms {
  /** How many there are of either. */
  readonly count: number;
  /** Of the latent nearest to the origin. */
  readonly shortest: number;
  /** Half of the latents are shorter. */
  readonly median: number;
  /** Of the draw farthest from the origin. */
  readonly longestDraw: number;
}

/**
 * Measures norms.
 *
 * @param latents At least one
 * @param seed The same seed, the same draws
 * @throws {RangeError} If there is none
 */
export function latentNorms(latents: Rows, seed: number): LatentNorms {
  const count = rowCount(latents);
  if (count === 0) {
    throw new RangeError("Cannot measure latents: there must be at least one, got none");
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

/** Gives the norms of rows, the shortest first. */
function normsOf(rows: Rows): number[] {
  return Array.from({ length: rowCount(rows) }, (_, i) => Math.hypot(...rowAt(rows, i)))
    .sort((a, b) => a - b);
}
