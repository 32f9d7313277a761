/**
 * The paper's adversarial method, an adversarial autoencoder (Makhzani et al., arXiv:1511.05644): a
 * discriminator learns to tell codes from draws of the prior, the encoder to make that impossible.
 *
 * @module
 */
import { createDiscriminator } from "@/model/discriminator.ts";
import type { Pass } from "@/model/pass.ts";
import * as tf from "@/engine/tf.ts";
import type { LatentSizes, Objective } from "./objective.ts";
import { codeOf, drawPrior } from "./prior.ts";

/**
 * Makes both players' losses, D(c) being the probability that code c was drawn from the prior:
 * - the model's: beta mean_b -log D(code_b), the non-saturating form of Goodfellow et al.
 *   (arXiv:1406.2661, section 3);
 * - the discriminator's: (mean_b -log D(draw_b) + mean_b -log(1 - D(code_b))) / 2.
 *
 * Where nothing tells codes from draws, D is 1/2 and both are log 2 = .69 (the model's times beta).
 *
 * @param beta Weight of the model's term
 * @param sizes Units of a code
 */
export function adversarial(beta: number, sizes: LatentSizes): Objective {
  const discriminator = createDiscriminator(sizes.shape + sizes.pose);
  return {
    terms: (pass, latents) => ({
      latent: tf.mul(beta, surprise(pass, discriminator.logits(pass, codeOf(latents, sizes)))),
    }),
    opponent: {
      parameters: discriminator.parameters,
      stages: discriminator.stages,
      terms(pass, latents) {
        const codes = codeOf(latents, sizes);
        const drawn = discriminator.logits(pass, drawPrior(pass, codes.shape[0], sizes));
        const inferred = discriminator.logits(pass, codes);
        const both = tf.add(surprise(pass, drawn), surprise(pass, tf.neg(inferred)));
        return { discriminator: tf.mul(0.5, both) };
      },
    },
  };
}

/** mean_b -log sigmoid(logit_b), a scalar. */
function surprise(pass: Pass, logits: tf.Tensor1D): tf.Scalar {
  return pass.batchMean(tf.softplus(tf.neg(logits))) as tf.Scalar;
}
