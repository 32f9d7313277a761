/**
 * Values that a gradient does not pass: targets, choices and what another player made. TensorFlow.js
 * has no such operation.
 *
 * @module
 */
import * as tf from "./tf.ts";

/**
 * Runs a function whose results count as constants: nothing in it is differentiated, and nothing in it
 * costs a backward pass.
 *
 * @example Only the second factor is differentiated
 * ```ts
 * import assert from "node:assert/strict";
 * import { tf, withoutGradient } from "@/mod.ts";
 *
 * const gradient = tf.grad((x) => tf.mul(withoutGradient(() => tf.square(x)), x));
 * assert.equal(gradient(tf.scalar(3)).dataSync()[0], 9);
 * ```
 *
 * @param run Any plain function of tensors, differentiable or not
 * @returns What it returns
 */
export function withoutGradient<Result>(run: () => Result): Result {
  const { state } = tf.engine();
  const depth = state.gradientDepth;
  // The tape records an operation only inside of a gradient.
  state.gradientDepth = 0;
  try {
    return run();
  } finally {
    state.gradientDepth = depth;
  }
}

/** Copies a tensor so that no gradient flows back through the copy; the caller disposes it. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient(() => tf.clone(x));
}
