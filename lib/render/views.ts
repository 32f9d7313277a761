/**
 * Several views of each grid: for whoever compares a shape from many sides, such as a search over poses.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { inRows, layersOf, opacityOf, type ProjectionOptions, raysThrough } from "./project.ts";
import { shearsOf, turnsOf } from "./tilt.ts";

/** Where the cameras stand: the same V for every grid, or V for each. */
export interface CamerasAround {
  /** Turns about the vertical axis `[V]` or `[B, V]`, radians. */
  readonly azimuth: tf.Tensor1D | tf.Tensor2D;
  /** How far the cameras are raised, the same shape, radians in (-pi / 2, pi / 2); 0 unless given. */
  readonly elevation?: tf.Tensor1D | tf.Tensor2D;
}

/**
 * Projects voxel grids to V images each, by the equation of `projectVoxels`, or of `projectTilted`
 * where there are elevations.
 *
 * Azimuths `[V]` that all grids share are one matrix product for the whole batch, with weights that do
 * not grow with it. Azimuths of each grid's own `[B, V]` have weights of their own.
 * Differentiable in all tensors; a plain function of tensors, so it can be traced.
 *
 * @example Front and side of an upright plate
 * ```ts
 * import assert from "node:assert/strict";
 * import { projectViews, tf } from "@/mod.ts";
 *
 * const plate = tf.tensor4d([9, 9, 0, 0], [1, 2, 1, 2]); // near: both columns; far: none
 * const azimuth = tf.tensor1d([0, Math.PI / 2]);
 * const [front, side] = projectViews(plate, { azimuth }).arraySync()[0]!;
 * assert.ok(front![0]![0]! > 0.98 && front![0]![1]! > 0.98); // as wide as the image
 * assert.ok(side![0]![0]! < 0.01 && side![0]![1]! > 0.98); // one cell thin
 * ```
 *
 * @param density `[B, D, H, W]`, >= 0, per cell
 * @param cameras `[V]`, or `[B, V]`, each
 * @param options `tau`, 0.5 unless given, and `size` of the images
 * @returns Images `[B, V, rows, columns]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectViews(
  density: tf.Tensor4D,
  { azimuth, elevation }: CamerasAround,
  options: ProjectionOptions = {},
): tf.Tensor4D {
  const { tau = 0.5 } = options;
  const action = "project views";
  const lengths = checkShape(action, "density", density, ["B", "D", "H", "W"]);
  const isShared = azimuth.rank === 1;
  const axes = isShared ? ["V"] : ["B", "V"];
  checkShape(action, "azimuth", azimuth, axes, lengths);
  if (elevation) checkShape(action, "elevation", elevation, axes, lengths);
  const [, , height, width] = density.shape;
  const { size = [height, width] } = options;
  return tf.tidy(() => {
    if (!isShared) return ownViews(density, { azimuth, elevation }, size, tau);
    return elevation
      ? sharedTiltedViews(density, azimuth as tf.Tensor1D, elevation as tf.Tensor1D, size, tau)
      : sharedViews(density, azimuth as tf.Tensor1D, size, tau);
  });
}

type Size = readonly [rows: number, columns: number];

function sharedViews(
  density: tf.Tensor4D,
  azimuth: tf.Tensor1D,
  [rows, columns]: Size,
  tau: number,
): tf.Tensor4D {
  const [batch, depth, height, width] = density.shape;
  const [views] = azimuth.shape;
  const rays = raysThrough(azimuth, depth, width, columns)
    .reshape([views * columns, depth * width]) as tf.Tensor2D;
  const layers = layersOf(density).reshape([batch * height, depth * width]) as tf.Tensor2D;
  const thickness = tf.matMul(layers, rays, false, true) // [B H, V columns]
    .reshape([batch, height, views, columns])
    .transpose([0, 2, 1, 3]); // [B, V, H, columns]
  return opacityOf(inRows(thickness, rows), tau) as tf.Tensor4D;
}

function sharedTiltedViews(
  density: tf.Tensor4D,
  azimuth: tf.Tensor1D,
  elevation: tf.Tensor1D,
  [rows, columns]: Size,
  tau: number,
): tf.Tensor4D {
  const [batch, depth, height, width] = density.shape;
  const [views] = azimuth.shape;
  const turns = turnsOf(azimuth, depth, width, columns)
    .reshape([views * columns * depth, depth * width]) as tf.Tensor2D;
  const layers = layersOf(density).reshape([batch * height, depth * width]) as tf.Tensor2D;
  const turned = tf.matMul(turns, layers, false, true) // [V columns D, B H]
    .reshape([views, columns, depth, batch, height])
    .transpose([0, 3, 1, 2, 4]) // [V, B, columns, D, H]
    .reshape([views, batch * columns, depth * height]);
  const shears = shearsOf(elevation, depth, height, rows); // [V, rows, D H]
  const thickness = tf.matMul(turned, shears, false, true) // [V, B columns, rows]
    .reshape([views, batch, columns, rows])
    .transpose([1, 0, 3, 2]); // [B, V, rows, columns]
  const perPoint = tf.div(tau, tf.cos(elevation)).reshape([1, views, 1, 1]);
  return opacityOf(thickness, perPoint) as tf.Tensor4D;
}

/** Views that each grid has for itself: as many weights as images. */
function ownViews(
  density: tf.Tensor4D,
  { azimuth, elevation }: CamerasAround,
  [rows, columns]: Size,
  tau: number,
): tf.Tensor4D {
  const [batch, depth, height, width] = density.shape;
  const views = azimuth.shape[1]!;
  const angles = azimuth.reshape([batch * views]) as tf.Tensor1D;
  if (!elevation) {
    const rays = raysThrough(angles, depth, width, columns)
      .reshape([batch, views * columns, depth * width]);
    const thickness = tf.matMul(layersOf(density), rays, false, true) // [B, H, V columns]
      .reshape([batch, height, views, columns])
      .transpose([0, 2, 1, 3]); // [B, V, H, columns]
    return opacityOf(inRows(thickness, rows), tau) as tf.Tensor4D;
  }
  const raised = elevation.reshape([batch * views]) as tf.Tensor1D;
  const turns = turnsOf(angles, depth, width, columns) // [B V, columns D, D W]
    .reshape([batch, views * columns * depth, depth * width]);
  const turned = tf.matMul(turns, layersOf(density), false, true) // [B, V columns D, H]
    .reshape([batch * views, columns, depth * height]);
  const shears = shearsOf(raised, depth, height, rows); // [B V, rows, D H]
  const thickness = tf.matMul(shears, turned, false, true) // [B V, rows, columns]
    .reshape([batch, views, rows, columns]);
  const perPoint = tf.div(tau, tf.cos(raised)).reshape([batch, views, 1, 1]);
  return opacityOf(thickness, perPoint) as tf.Tensor4D;
}
