/**
 * The maximum mean discrepancy between codes and prior, as in WAE-MMD (Tolstikhin et al.,
 * arXiv:1711.01558) and InfoVAE (Zhao et al., arXiv:1706.02262): only the codes of all images
 * together are held to the prior, so each may say as much of its image as it likes.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import type { Objective, ObjectiveOptions } from "./objective.ts";
import { codeOf, drawPrior } from "./prior.ts";

/** Widths of the kernels, in units of the expected distance. WAE: the released code. */
const SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * Makes the MMD's term: beta MMD^2(codes of the batch, as many draws of the prior), one number for
 * shape latent and pose together, since the prior also says that they have nothing to do with each
 * other.
 *
 * @throws {RangeError} If a batch has no two images to compare
 */
export function mmd({ beta, batchSize, sizes }: ObjectiveOptions): Objective {
  if (batchSize < 2) {
    throw new RangeError(
      `Cannot compare codes: batchSize must be at least 2, got ${batchSize}; use a larger batch ` +
        `or another objective`,
    );
  }
  // |x - y|^2 of two draws: twice the variance, which is 1 for a normal and 1/3 for a uniform unit.
  const expected = 2 * (sizes.shape + sizes.pose / 3);
  return {
    terms(pass, latents) {
      const codes = codeOf(latents, sizes);
      const draws = drawPrior(pass, codes.shape[0], sizes);
      return { latent: tf.mul(beta, squaredMmd(codes, draws, expected)) };
    },
  };
}

/**
 * Estimates MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y) without bias, so that it is around 0, and
 * as often below as above, where the distributions are the same (Gretton et al., JMLR 13, 2012,
 * equation 3). k is a sum of inverse multiquadratics c / (c + |x - y|^2), whose heavy tails still
 * pull codes that are far away.
 *
 * @param x `[B, units]`, B >= 2
 * @param y The same shape
 * @param distance A typical |x - y|^2: the widths c are .1 to 10 times that
 */
export function squaredMmd(x: tf.Tensor2D, y: tf.Tensor2D, distance: number): tf.Scalar {
  return tf.tidy(() => {
    const [count] = x.shape;
    const kernel = (a: tf.Tensor2D, b: tf.Tensor2D) => {
      const squares = squaredDistances(a, b); // [B, B]
      return tf.addN(SCALES.map((scale) => {
        const width = scale * distance;
        return tf.div(width, tf.add(squares, width));
      }));
    };
    // A point is no pair with itself: the kernels are 1 on the diagonal.
    const amongPairs = (a: tf.Tensor2D) =>
      tf.div(tf.sub(tf.sum(kernel(a, a)), SCALES.length * count), count * (count - 1));
    const between = tf.mean(kernel(x, y));
    return tf.sub(tf.add(amongPairs(x), amongPairs(y)), tf.mul(2, between)) as tf.Scalar;
  });
}

/** |a_i - b_j|^2 for every pair of rows, `[B, B]`. */
function squaredDistances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  // The differences themselves: |a|^2 + |b|^2 - 2 a b would lose the short distances to rounding.
  const differences = tf.sub(tf.expandDims(a, 1), tf.expandDims(b, 0)); // [B, B, units]
  return tf.sum(tf.square(differences), 2);
}
