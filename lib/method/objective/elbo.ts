/**
 * The evidence lower bound, which the paper compares with (Kingma and Welling, arXiv:1312.6114;
 * beta-VAE: Higgins et al., ICLR 2017).
 *
 * @module
 */
import { divergenceOf, type Gaussian } from "@/model/gaussian.ts";
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
    terms(pass, { posterior, pose }) {
      const term = (each: Gaussian) =>
        tf.mul(beta, pass.batchMean(divergenceOf(each))) as tf.Scalar;
      return { latent: term(posterior), ...(pose.posterior && { pose: term(pose.posterior) }) };
    },
  };
}
