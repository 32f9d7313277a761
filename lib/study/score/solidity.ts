/**
 * How full a voxel grid is, and how much of it is fog.
 *
 * @module
 */

/** Occupancies of voxels that are neither empty nor solid: from the first up to the second. */
const FOG = [0.05, 0.5] as const;

/** Composition of a grid; shares of all its voxels, in [0, 1]. */
export interface Solidity {
  /** Voxels of at least the threshold's occupancy: what figures draw. */
  readonly occupied: number;
  /** Mean occupancy: the share that all matter would fill if compacted. */
  readonly meanOccupancy: number;
  /** Voxels with an occupancy from 0.05 up to 0.5: visible to a ray, but not solid. */
  readonly fog: number;
}

/**
 * Measures one grid.
 *
 * @param occupancy Any number of voxels, at least one, in [0, 1]
 * @param options `threshold`, the least occupancy of an occupied voxel
 * @throws {RangeError} If there is no voxel
 *
 * @example One solid voxel, one of fog, two empty ones
 * ```ts
 * import assert from "node:assert/strict";
 * import { solidityOf } from "./solidity.ts";
 *
 * const solidity = solidityOf([1, 0.25, 0, 0], { threshold: 0.05 });
 * assert.deepEqual(solidity, { occupied: 0.5, meanOccupancy: 0.3125, fog: 0.25 });
 * ```
 */
export function solidityOf(
  occupancy: ArrayLike<number>,
  { threshold }: { readonly threshold: number },
): Solidity {
  const count = occupancy.length;
  if (count === 0) {
    throw new RangeError("Cannot measure solidity: occupancy must have a voxel, got none");
  }
  let [occupied, sum, fog] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const value = occupancy[i]!;
    sum += value;
    if (value >= threshold) occupied++;
    if (value >= FOG[0] && value < FOG[1]) fog++;
  }
  return { occupied: occupied / count, meanOccupancy: sum / count, fog: fog / count };
}
