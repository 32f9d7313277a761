/**
 * Group normalisation (Wu and He, arXiv:1803.08494): no statistics, so every image is by itself.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { constant, type Layer, trained } from "./parameters.ts";

/** Added to the variance, as in PyTorch. */
const EPSILON = 1e-5;

/**
 * Normalises groups of channels of each item to mean 0 and variance 1, over all places, then scales and
 * shifts each channel by learnt numbers.
 *
 * @param name Prefix of the parameters' names
 * @param channels C; inputs are `[B, ..., C]`
 * @param groups G, a divisor of C
 */
export function groupNorm<T extends tf.Tensor>(
  name: string,
  channels: number,
  groups = 8,
): Layer<T, T> {
  return {
    parameters: {
      [`${name}/scale`]: trained([channels], constant(1)),
      [`${name}/shift`]: trained([channels], constant(0)),
    },
    apply({ values }, input) {
      const x = input.reshape([input.shape[0]!, -1, groups, channels / groups]); // [B, n, G, C/G]
      const centred = tf.sub(x, tf.mean(x, [1, 3], true));
      const variance = tf.mean(tf.square(centred), [1, 3], true); // [B, 1, G, 1]
      const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)))
        .reshape(input.shape);
      return tf.add(tf.mul(normal, values[`${name}/scale`]!), values[`${name}/shift`]!) as T;
    },
  };
}
