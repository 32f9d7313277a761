/**
 * The differentiable renderer: a voxel grid and an azimuth to an image.
 *
 * Turning about the vertical axis mixes only depth and columns, so resampling and summing along a ray
 * is one small matrix for each azimuth: A[r, (d, w)] holds the bilinear weights that ray column r puts
 * on cell (d, w). The image's exponent is then a matrix product, with gradients for both factors
 * and no gather.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { bilinearWeights } from "./bilinear.ts";
import { rowsOfImage, turnedPoints } from "./camera.ts";

/** What a projection can vary. */
export interface ProjectionOptions {
  /** Opacity of one unit of density along one cell. Paper: 0.5. */
  readonly tau?: number;
  /**
   * Rows and columns of the images; those of the grid unless given. Image and grid fill the same square
   * [-1, 1]^2, and each pixel is the ray through its centre.
   */
  readonly size?: readonly [rows: number, columns: number];
}

/**
 * Projects voxel grids to images, each from its own azimuth.
 *
 * image[b, h, w] = 1 - exp(-tau * sum over d of density_b(R p(d, h, w)))
 *
 * with p and R as in `camera.ts`, density trilinear between cell centres and 0 outside the grid.
 * Paper: the projection of PrGAN (arXiv:1612.05872), which the author's code takes over.
 * Differentiable in both tensors, by azimuth also where grid and rays are aligned (`bilinear.ts`);
 * a plain function of tensors, so it can be traced.
 * `projectViews` gives several views of each grid.
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
 * @param options `tau`, 0.5 unless given, and `size` of the images
 * @returns Images `[B, rows, columns]` in [0, 1]; the caller disposes them
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
  const [rows, columns] = options.size ?? [height, width];
  return tf.tidy(() => {
    const rays = raysThrough(azimuth, depth, width, columns)
      .reshape([batch, columns, depth * width]);
    const thickness = tf.matMul(layersOf(density), rays, false, true); // [B, H, columns]
    return opacityOf(inRows(thickness, rows), tau) as tf.Tensor3D;
  });
}

/**
 * Gives what each ray of a row of the image adds up: the weight of every cell of a horizontal layer.
 *
 * @param azimuth Radians `[N]`
 * @returns `[N, columns, D, W]`
 */
export function raysThrough(
  azimuth: tf.Tensor1D,
  depth: number,
  width: number,
  columns: number,
): tf.Tensor4D {
  const points = turnedPoints(azimuth, depth, width, columns);
  const alongDepth = bilinearWeights(points.depth, depth); // [N, columns, D, D]
  const alongColumn = bilinearWeights(points.column, width); // [N, columns, D, W]
  return tf.matMul(alongDepth, alongColumn, true) as tf.Tensor4D; // summed over the ray
}

/** Lays a grid `[B, D, H, W]` out in horizontal layers `[B, H, D W]`. */
export function layersOf(density: tf.Tensor4D): tf.Tensor3D {
  const [batch, depth, height, width] = density.shape;
  return tf.transpose(density, [0, 2, 1, 3]) // [B, H, D, W]
    .reshape([batch, height, depth * width]);
}

/** Resamples the rows of a grid's images `[..., H, columns]` to the rows that are asked for. */
export function inRows(thickness: tf.Tensor, rows: number): tf.Tensor {
  const [height, columns] = thickness.shape.slice(-2) as [number, number];
  if (rows === height) return thickness;
  const weights = bilinearWeights(rowsOfImage(height, rows), height) // [1, 1, rows, H]
    .reshape([1, rows, height]);
  const images = thickness.reshape([-1, height, columns]);
  return tf.matMul(weights.tile([images.shape[0]!, 1, 1]), images)
    .reshape([...thickness.shape.slice(0, -2), rows, columns]);
}

/** 1 - exp(-tau thickness) */
export function opacityOf(thickness: tf.Tensor, tau: number | tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.exp(tf.mul(thickness, typeof tau === "number" ? -tau : tf.neg(tau))));
}
