/**
 * The paper's objective, the mu-VAE (T. Ucar, "Bridging the ELBO and MMD", arXiv:1910.13181).
 *
 * @module
 */
import type { Gaussian } from "@/model/gaussian.ts";
import type { Pass } from "@/model/pass.ts";
import * as tf from "@/engine/tf.ts";
import type { Objective } from "./objective.ts";

/**
 * Makes the mu-VAE's terms: | mean_b sum_d mu | + | mean_b sum_d logVariance |, for the shape latent
 * (weighted by beta) and for the pose variables. Only the batch's averages are held at 0: each
 * image's posterior may lie anywhere, so the latents stay informative.
 *
 * @param beta Weight of the shape latent's term. Paper: 1.
 */
export function muVae(beta: number): Objective {
  return {
    terms: (pass, { posterior, pose }) => ({
      latent: tf.mul(beta, distance(pass, posterior)),
      ...(pose.posterior && { pose: distance(pass, pose.posterior) }),
    }),
  };
}

/** | mean_b sum_d mu | + | mean_b sum_d logVariance |, a scalar. */
function distance(pass: Pass, { mean, logVariance }: Gaussian): tf.Scalar {
  const average = (x: tf.Tensor2D) => tf.abs(pass.batchMean(tf.sum(x, 1))) as tf.Scalar;
  return tf.add(average(mean), average(logVariance));
}
