/**
 * What a grid is at every point of every ray, for renderers that need more than its sum.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { rowsAlongRays } from "./camera.ts";
import { bilinearWeights } from "./bilinear.ts";
import { turnerBy } from "./turn.ts";

/** Where the camera of each grid stands. */
export interface Camera {
  /** Turn about the vertical axis `[B]`, radians. */
  readonly azimuth: tf.Tensor1D;
  /** How far the camera is raised `[B]`, radians in (-pi / 2, pi / 2); level unless given. */
  readonly elevation?: tf.Tensor1D;
}

/** Reads grids `[B, D, H, W]` along rays: `[B, H, W, D]`, the last axis from near to far. */
export type RaySampler = (grid: tf.Tensor4D) => tf.Tensor4D;

/**
 * Makes what reads grids at the points of `projectVoxels`, or of `projectTilted` where there are
 * elevations: D points a ray, each trilinear between cell centres, 0 outside the grid. Several grids of
 * one camera share its weights.
 *
 * @param camera `[B]` each
 * @param shape `[B, D, H, W]` of the grids
 */
export function samplerAlong(
  { azimuth, elevation }: Camera,
  [batch, depth, height, width]: tf.Tensor4D["shape"],
): RaySampler {
  const turn = turnerBy(azimuth, [batch, depth, height, width]);
  if (!elevation) return (grid) => turn(grid).transpose([0, 3, 1, 2]); // [B, H, W, D]
  const shears = bilinearWeights(rowsAlongRays(elevation, depth, height), height) // [B, rows, D, H]
    .transpose([0, 2, 1, 3]); // [B, D, rows, H]
  return (grid) => {
    const turned = turn(grid).transpose([0, 2, 1, 3]); // [B, D, W, H]
    return tf.matMul(shears, turned, false, true) // [B, D, rows, W]
      .transpose([0, 2, 3, 1]) as tf.Tensor4D; // [B, rows, W, D]
  };
}
