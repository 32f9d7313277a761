/**
 * The evidence lower bound, which the paper compares with (Kingma and Welling, arXiv:1312.6114;
 * beta-VAE: Higgins et al., ICLR 2017).
 *
 * @module
 */
import type { Gaussian } from "@/model/gaussian.ts";
import type { Pass } from "@/model/pass.ts";
import * as tf from "@/engine/tf.ts";
import type { Objective } from "./objective.ts";

/**
 * Makes the ELBO's terms: beta KL(q(z|x) || N(0, I)) of the shape latent, and the same of the pose
 * variables. With the squared error as the reconstruction term, beta = 1 is the bound of a Gaussian
 * likelihood with variance 1/2.
 *
 * @param beta Weight; with another than 1 it is no bound but a beta-VAE's objective
 */
export function elbo(beta: number): Objective {
  return {
    terms: (pass, { posterior, pose }) => ({
      latent: tf.mul(beta, divergence(pass, posterior)),
      ...(pose.posterior && { pose: tf.mul(beta, divergence(pass, pose.posterior)) }),
    }),
  };
}

/** mean_b sum_d (mu^2 + exp(logVariance) - 1 - logVariance) / 2, a scalar. */
function divergence(pass: Pass, { mean, logVariance }: Gaussian): tf.Scalar {
  const moments = tf.add(tf.square(mean), tf.exp(logVariance)); // [B, units]
  const perUnit = tf.mul(0.5, tf.sub(tf.sub(moments, 1), logVariance)); // [B, units]
  return pass.batchMean(tf.sum(perUnit, 1)) as tf.Scalar;
}
