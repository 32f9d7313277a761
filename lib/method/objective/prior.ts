/**
 * Codes and their prior: what the objectives that compare distributions compare.
 *
 * @module
 */
import type { Pass } from "@/model/pass.ts";
import * as tf from "@/engine/tf.ts";
import type { Latents, LatentSizes } from "./objective.ts";

/**
 * Joins what is known of each image to one code: its shape latent and the latents of its angles.
 *
 * @param latents What the pass inferred
 * @param sizes How many angles of the pose are inferred; given ones have no prior
 * @returns `[B, shape + pose]`
 */
export function codeOf({ z, pose }: Latents, { pose: angles }: LatentSizes): tf.Tensor2D {
  const inferred = [pose.s, pose.tilt].slice(0, angles).map((angle) => angle!.reshape([-1, 1]));
  return tf.concat([z, ...inferred] as tf.Tensor2D[], 1);
}

/**
 * Draws codes from the prior: shape from N(0, I), each angle's latent from Uniform(-1, 1).
 * Paper: the prior of the adversarial method, every azimuth as likely as any other.
 *
 * @param pass Whose draws they are
 * @param count How many codes
 * @param sizes Their units
 * @returns `[count, shape + pose]`
 */
export function drawPrior(pass: Pass, count: number, { shape, pose }: LatentSizes): tf.Tensor2D {
  const z = pass.normal("prior/latent", [count, shape]) as tf.Tensor2D;
  if (pose === 0) return z;
  const angles = pass.uniform("prior/pose", [count, pose]); // in [0, 1)
  return tf.concat([z, tf.sub(tf.mul(angles, 2), 1) as tf.Tensor2D], 1);
}
