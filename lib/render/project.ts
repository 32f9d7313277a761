/**
 * The differentiable renderer: a voxel grid and an azimuth to an image.
 *
 * Turning about the vertical axis mixes only depth and columns, so resampling and summing along a ray
 * is one small matrix for each sample: A[w, (d, x)] holds the bilinear weights that ray column w puts
 * on cell (d, x). The image's exponent is then a matrix product, with gradients for both factors
 * and no gather.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { turnedPoints } from "./camera.ts";

/** What a projection can vary. */
export interface ProjectionOptions {
  /** Opacity of one unit of density along one cell. Paper: .5. */
  readonly tau?: number;
}

/**
 * Projects voxel grids to images after turning each by its azimuth.
 *
 * image[b, h, w] = 1 - exp(-tau * sum over d of density_b(R p(d, h, w)))
 *
 * with p and R as in `camera.ts`, density trilinear between cell centres and 0 outside the grid.
 * Paper: the projection of PrGAN (arXiv:1612.05872), which the author's code takes over.
 * Differentiable in both tensors; a plain function of tensors, so it can be traced.
 *
 * @example An opaque cell hides what lies behind it
 * ```ts
 * import assert from "node:assert/strict";
 * import { projectVoxels, tf } from "@/mod.ts";
 *
 * const density = tf.tensor4d([2, 0, 2, 2], [1, 2, 1, 2]); // near: left; far: both
 * const image = projectVoxels(density, tf.tensor1d([0]), { tau: 0.5 }).dataSync();
 * assert.ok(Math.abs(image[0]! - (1 - Math.exp(-2))) < 1e-6);
 * assert.ok(Math.abs(image[1]! - (1 - Math.exp(-1))) < 1e-6);
 * ```
 *
 * @param density `[B, D, H, W]`, >= 0, per cell
 * @param azimuth `[B]`, radians
 * @param options `tau`, .5 unless given
 * @returns Images `[B, H, W]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectVoxels(
  density: tf.Tensor4D,
  azimuth: tf.Tensor1D,
  options: ProjectionOptions = {},
): tf.Tensor3D {
  const { tau = 0.5 } = options;
  const action = "project voxels";
  const lengths = checkShape(action, "density", density, ["B", "D", "H", "W"]);
  checkShape(action, "azimuth", azimuth, ["B"], lengths);
  const [batch, depth, height, width] = density.shape;
  return tf.tidy(() => {
    const points = turnedPoints(azimuth, depth, width);
    const alongDepth = bilinearWeights(points.depth, depth); // [B, W, D, D]
    const alongColumn = bilinearWeights(points.column, width); // [B, W, D, W]
    const rays = tf.matMul(alongDepth, alongColumn, true) // [B, W, D, W], summed over the ray
      .reshape([batch, width, depth * width]);
    const layers = tf.transpose(density, [0, 2, 1, 3]) // [B, H, D, W]
      .reshape([batch, height, depth * width]);
    const thickness = tf.matMul(layers, rays, false, true); // [B, H, W]
    return tf.sub(1, tf.exp(tf.mul(thickness, -tau))) as tf.Tensor3D;
  });
}

/** Gives the weight of each of `count` cells at fractional indices `[..., 1]`: max(0, 1 - |f - k|). */
export function bilinearWeights(index: tf.Tensor4D, count: number): tf.Tensor4D {
  const cells = tf.tensor1d(Float32Array.from({ length: count }, (_, k) => k));
  return tf.relu(tf.sub(1, tf.abs(tf.sub(index, cells)))) as tf.Tensor4D;
}
