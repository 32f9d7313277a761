/**
 * The maximum along each ray: what a shape hides, however thin it is.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { layersOf } from "./project.ts";
import { turnsOf } from "./tilt.ts";

/**
 * Projects voxel grids to images by the greatest occupancy along each ray.
 *
 * image[b, h, w] = max over d of occupancy_b(R p(d, h, w))
 *
 * with p and R as in `camera.ts` and occupancy trilinear between cell centres. Where `projectVoxels`
 * adds thin matter up to an opaque ray, this asks for a solid cell.
 *
 * @param occupancy `[B, D, H, W]` in [0, 1]
 * @param azimuth `[B]`, radians
 * @returns Images `[B, H, W]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectMaximum(occupancy: tf.Tensor4D, azimuth: tf.Tensor1D): tf.Tensor3D {
  const action = "project the maximum";
  const lengths = checkShape(action, "occupancy", occupancy, ["B", "D", "H", "W"]);
  checkShape(action, "azimuth", azimuth, ["B"], lengths);
  const [batch, depth, height, width] = occupancy.shape;
  return tf.tidy(() => {
    const turns = turnsOf(azimuth, depth, width, width); // [B, W D, D W]
    const turned = tf.matMul(layersOf(occupancy), turns, false, true) // [B, H, W D]
      .reshape([batch, height, width, depth]);
    return tf.max(turned, 3) as tf.Tensor3D;
  });
}
