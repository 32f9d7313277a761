/**
 * The renderer of coloured voxels: what is in front hides what is behind.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { ProjectionOptions } from "./project.ts";
import { type Camera, samplerAlong } from "./ray_points.ts";

/**
 * Projects voxel grids with a colour for each voxel to images, on a black ground.
 *
 * image[b, h, w] = sum over d of T[d] (1 - exp(-tau density[d])) colour[d]
 * T[d] = exp(-tau sum over k < d of density[k]), the transmittance
 *
 * at the points of `projectVoxels`, or of `projectTilted` where there are elevations (tau is then
 * tau / cos(elevation), the way from point to point). Where all is white, the image is theirs: the
 * weights of a ray add up to its opacity.
 * Differentiable in all tensors; a plain function of tensors, so it can be traced.
 *
 * @param density `[B, D, H, W]`, >= 0, per cell
 * @param colour `[B, D, H, W]`, brightness in [0, 1]
 * @param camera `[B]` each, radians
 * @param options `tau`, 0.5 unless given
 * @returns Images `[B, H, W]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectColour(
  density: tf.Tensor4D,
  colour: tf.Tensor4D,
  camera: Camera,
  { tau = 0.5 }: Pick<ProjectionOptions, "tau"> = {},
): tf.Tensor3D {
  const action = "project colour";
  const { azimuth, elevation } = camera;
  const lengths = checkShape(action, "density", density, ["B", "D", "H", "W"]);
  checkShape(action, "colour", colour, ["B", "D", "H", "W"], lengths);
  checkShape(action, "azimuth", azimuth, ["B"], lengths);
  if (elevation) checkShape(action, "elevation", elevation, ["B"], lengths);
  return tf.tidy(() => {
    const sample = samplerAlong(camera, density.shape);
    const perPoint = elevation
      ? tf.div(tau, tf.cos(elevation)).reshape([-1, 1, 1, 1])
      : tf.scalar(tau);
    const thickness = tf.mul(sample(density), perPoint); // [B, H, W, D]
    const inFront = tf.cumsum(thickness, 3, true); // over k < d
    const opacity = tf.sub(1, tf.exp(tf.neg(thickness)));
    const weights = tf.mul(tf.exp(tf.neg(inFront)), opacity);
    return tf.sum(tf.mul(weights, sample(colour)), 3) as tf.Tensor3D;
  });
}
