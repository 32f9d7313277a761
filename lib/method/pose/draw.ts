/**
 * How a search chooses one of the poses that it tried, and what lies between them.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";

/** How poses are drawn. */
export interface Draw {
  /** T of softmax(-error / T) `[]`. */
  readonly temperature: tf.Tensor;
  /** Uniform in [0, 1) `[B, candidates]`. */
  readonly uniform: tf.Tensor;
}

/**
 * Chooses a candidate by its error: the least, or one drawn by softmax(-error / T).
 *
 * @param errors `[B, candidates]`
 * @returns Its index `[B]`, float32
 */
export function chooseByError(errors: tf.Tensor2D, draw?: Draw): tf.Tensor1D {
  const scores = draw
    ? drawnScores(tf.div(tf.neg(errors), draw.temperature), draw.uniform)
    : tf.neg(errors);
  return tf.argMax(scores, 1).cast("float32") as tf.Tensor1D;
}

/** Logits plus -log(-log u): the index of the largest is a draw by their softmax. */
export function drawnScores(logits: tf.Tensor, uniform: tf.Tensor): tf.Tensor {
  return tf.sub(logits, tf.log(tf.neg(tf.log(tf.add(tf.mul(uniform, 1 - 2e-7), 1e-7)))));
}

/** Takes the values at some indices: `values` `[B, N]` at `index` `[B]`, a whole float each. */
export function valuesAt(values: tf.Tensor2D, index: tf.Tensor1D): tf.Tensor1D {
  const places = tf.tensor1d(Float32Array.from({ length: values.shape[1] }, (_, i) => i));
  const isThere = tf.equal(places, index.expandDims(1));
  return tf.sum(tf.where(isThere, values, tf.zerosLike(values)), 1);
}

/** Gives where the parabola through three errors, a step apart, is least: steps from the middle `[B]`. */
export function parabolaVertex(before: tf.Tensor, here: tf.Tensor, after: tf.Tensor): tf.Tensor1D {
  const bend = tf.maximum(tf.add(tf.sub(before, tf.mul(2, here)), after), 1e-3);
  return tf.div(tf.mul(0.5, tf.sub(before, after)), bend) as tf.Tensor1D;
}
