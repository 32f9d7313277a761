/**
 * The latent discriminator of the adversarial method: tells codes of images from draws of the prior.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { dense, LEAK } from "./layers.ts";
import { glorotUniform, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";
import type { Stage } from "./stage.ts";

/** Units of each hidden layer. */
const UNITS = 1000;

/** Codes to how much they look like draws of the prior. */
export interface Discriminator {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Gives the logit of "drawn from the prior" `[B]` for each code `[B, units]`. */
  logits(pass: Pass, code: tf.Tensor2D): tf.Tensor1D;
}

/**
 * Makes the discriminator: two times [dense 1000, leaky ReLU], then dense 1.
 * Choice: the two hidden layers of 1000 units that Makhzani et al. (arXiv:1511.05644, appendix A) give
 * theirs for MNIST, which the paper does not describe; with this model's leaky ReLU and
 * Glorot-uniform weights in the place of ReLU and normals of sd .01. No batch norm: it would let the
 * discriminator tell whole batches by their statistics.
 *
 * @param units Units of a code
 */
export function createDiscriminator(units: number): Discriminator {
  const hidden1 = dense("discriminator/hidden1", units, UNITS, glorotUniform(units, UNITS));
  const hidden2 = dense("discriminator/hidden2", UNITS, UNITS, glorotUniform(UNITS, UNITS));
  const output = dense("discriminator/output", UNITS, 1, glorotUniform(UNITS, 1));
  return {
    parameters: parametersOf(hidden1, hidden2, output),
    stages: [
      { kind: "discriminator", name: "code", shape: [units] },
      { kind: "discriminator", name: "hidden 1", shape: [UNITS] },
      { kind: "discriminator", name: "hidden 2", shape: [UNITS] },
      { kind: "discriminator", name: "drawn?", shape: [1] },
    ],
    logits(pass, code) {
      const features1 = tf.leakyRelu(hidden1.apply(pass, code), LEAK); // [B, 1000]
      const features2 = tf.leakyRelu(hidden2.apply(pass, features1), LEAK); // [B, 1000]
      return output.apply(pass, features2).reshape([-1]);
    },
  };
}
