/**
 * The maximum along each ray: what a shape hides, however thin it is.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import { stopGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { samplerAlong } from "./ray_points.ts";
import { greatestAlongRays, greatestOfAll } from "./turn.ts";

/**
 * Projects voxel grids to images by the greatest occupancy along each ray.
 *
 * image[b, h, w] = max over d of occupancy_b(p(d, h, w))
 *
 * with the points p of `projectVoxels`, or of `projectTilted` where there are elevations, and occupancy
 * trilinear between cell centres. Where those add thin matter up to an opaque ray, this asks for a solid
 * cell.
 *
 * Differentiable in all tensors; `projectMaximumFrom` is faster where azimuths are not differentiated.
 *
 * @param occupancy `[B, D, H, W]` in [0, 1]
 * @param azimuth `[B]`, radians
 * @param elevation `[B]`, radians in (-pi / 2, pi / 2); level unless given
 * @returns Images `[B, H, W]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectMaximum(
  occupancy: tf.Tensor4D,
  azimuth: tf.Tensor1D,
  elevation?: tf.Tensor1D,
): tf.Tensor3D {
  const action = "project the maximum";
  const lengths = checkShape(action, "occupancy", occupancy, ["B", "D", "H", "W"]);
  checkShape(action, "azimuth", azimuth, ["B"], lengths);
  if (elevation) checkShape(action, "elevation", elevation, ["B"], lengths);
  return tf.tidy(() => {
    if (elevation) {
      const sample = samplerAlong({ azimuth, elevation }, occupancy.shape);
      return tf.max(sample(occupancy), 3) as tf.Tensor3D;
    }
    return greatestOfAll(occupancy, azimuth).transpose([0, 2, 1]) as tf.Tensor3D;
  });
}

/**
 * The same for a level camera from azimuths that are given: no gradient reaches them, and a CPU need
 * not weigh every cell for it.
 *
 * @param occupancy `[B, D, H, W]` in [0, 1]
 * @param azimuth `[B]`, radians
 * @returns Images `[B, H, W]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectMaximumFrom(occupancy: tf.Tensor4D, azimuth: tf.Tensor1D): tf.Tensor3D {
  const action = "project the maximum";
  const lengths = checkShape(action, "occupancy", occupancy, ["B", "D", "H", "W"]);
  checkShape(action, "azimuth", azimuth, ["B"], lengths);
  return tf.tidy(() => {
    const images = greatestAlongRays(occupancy, stopGradient(azimuth)); // [B, W, H]
    return images.transpose([0, 2, 1]) as tf.Tensor3D;
  });
}
