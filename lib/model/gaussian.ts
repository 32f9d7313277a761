/**
 * Diagonal Gaussians: posteriors of latents.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import type { Pass } from "./pass.ts";

/** q(z|x) for each image: independent normals. */
export interface Gaussian {
  /** `[B, units]` */
  readonly mean: tf.Tensor2D;
  /** `[B, units]`, natural logarithm of the variance */
  readonly logVariance: tf.Tensor2D;
}

/**
 * Scales each row down to a largest L2 norm: x * limit / max(|x|, limit).
 * Paper: latent clipping, which bounds an objective that by itself does not bound the means.
 *
 * @param x `[B, units]`
 * @param limit Largest norm of a row
 */
export function clipNorm(x: tf.Tensor2D, limit: number): tf.Tensor2D {
  const squares = tf.sum(tf.square(x), 1, true); // [B, 1]
  // max() before the root: its gradient is finite at 0.
  return tf.mul(x, tf.mul(limit, tf.rsqrt(tf.maximum(squares, limit * limit)))) as tf.Tensor2D;
}

/**
 * Draws a latent: z = mean + eps * exp(logVariance / 2), eps ~ N(0, I), as in Kingma and Welling
 * (arXiv:1312.6114).
 *
 * @param pass Whose noise it takes
 * @param stream Tells this draw apart from others of the same pass
 * @returns `[B, units]`
 */
export function sample(
  pass: Pass,
  { mean, logVariance }: Gaussian,
  stream: string,
): tf.Tensor2D {
  const noise = pass.normal(stream, mean.shape);
  return tf.add(mean, tf.mul(noise, tf.exp(tf.mul(logVariance, 0.5)))) as tf.Tensor2D;
}

/**
 * Gives the divergence from N(0, I) of the posterior of each image, as in Kingma and Welling
 * (arXiv:1312.6114).
 *
 * KL = sum over units of share * (mean^2 + exp(logVariance) - 1 - logVariance) / 2
 *
 * @param share How much each unit counts `[units]`; 1 unless given
 * @returns Nats `[B]`
 */
export function divergenceOf({ mean, logVariance }: Gaussian, share?: tf.Tensor): tf.Tensor1D {
  const moments = tf.add(tf.square(mean), tf.exp(logVariance)); // [B, units]
  const perUnit = tf.mul(0.5, tf.sub(tf.sub(moments, 1), logVariance)); // [B, units]
  return tf.sum(share ? tf.mul(perUnit, share) : perUnit, 1) as tf.Tensor1D;
}
