/**
 * How full a voxel grid is, and how much of it is fog.
 *
 * @module
 */

/** The occupancies between which a voxel is neither empty nor solid: from the first up to the second. */
const FOG = [0.05, 0.5] as const;

/** What a grid is made of; shares of all its voxels, in [0, 1]. */
export interface Solidity {
  /** Voxels of at least the threshold's density: what figures draw. */
  readonly occupied: number;
  /** Mean occupancy: what all matter would fill if it were pressed together. */
  readonly meanOccupancy: number;
  /** Voxels with an occupancy from .05 up to .5, which a ray sees but which no solid has. */
  readonly fog: number;
}

/** How density is read. */
export interface SolidityOptions {
  /** Opacity of one unit of density along one voxel: occupancy = tau * density. */
  readonly tau: number;
  /** Least density of an occupied voxel. */
  readonly threshold: number;
}

/**
 * Measures one grid.
 *
 * @param density Any number of voxels, at least one, in [0, 1 / tau]
 * @param options Opacity and threshold
 * @throws {RangeError} If there is no voxel
 *
 * @example One solid voxel, one of fog, two empty ones
 * ```ts
 * import assert from "node:assert/strict";
 * import { solidityOf } from "./density.ts";
 *
 * const solidity = solidityOf([2, 0.5, 0, 0], { tau: 0.5, threshold: 0.1 });
 * assert.deepEqual(solidity, { occupied: 0.5, meanOccupancy: 0.3125, fog: 0.25 });
 * ```
 */
export function solidityOf(
  density: ArrayLike<number>,
  { tau, threshold }: SolidityOptions,
): Solidity {
  const count = density.length;
  if (count === 0) {
    throw new RangeError("Cannot measure solidity: density must have a voxel, got none");
  }
  let [occupied, sum, fog] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const occupancy = tau * density[i]!;
    sum += occupancy;
    if (density[i]! >= threshold) occupied++;
    if (occupancy >= FOG[0] && occupancy < FOG[1]) fog++;
  }
  return { occupied: occupied / count, meanOccupancy: sum / count, fog: fog / count };
}
