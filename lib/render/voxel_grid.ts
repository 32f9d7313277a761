/**
 * Voxel grids outside of tensors: what is drawn, exported and measured.
 *
 * @module
 */

/** A grid of occupancies. */
export interface VoxelGrid {
  /** `[D, H, W]`: D away from the viewer at azimuth 0, H from top to bottom, W from left to right. */
  readonly occupancy: ArrayLike<number>;
  /** `[D, H, W]`. */
  readonly size: readonly [number, number, number];
}

/**
 * Takes one of several cubic grids that lie one behind the other; shares their memory.
 *
 * @param occupancies `[N, G, G, G]`
 * @param index Which one
 * @param count N
 */
export function gridAt(occupancies: Float32Array, index: number, count: number): VoxelGrid {
  const cells = occupancies.length / count;
  const side = Math.round(Math.cbrt(cells));
  return {
    occupancy: occupancies.subarray(index * cells, (index + 1) * cells),
    size: [side, side, side],
  };
}

/**
 * The occupancy from which a voxel counts as filled. Paper: the post's figures, which draw voxels from
 * a density of 0.1 on; one unit of density along a voxel has the opacity tau = 0.5.
 */
export const THRESHOLD = 0.05;
