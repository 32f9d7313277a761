/**
 * Adam on variables.
 *
 * @module
 */
import type { Variable } from "./graph/variable.ts";
import { nativeOp, type } from "./native.ts";
import * as tf from "./tf.ts";

/** Adam's constants. Paper: TensorFlow 1's defaults, which the released code leaves in place. */
const MOMENTUM = { first: 0.9, second: 0.999 };
const EPSILON = 1e-8;

/** What Adam remembers of one variable: running means of the gradient and of its square. */
export interface Moments {
  /** Mean of the gradient. */
  readonly first: Variable;
  /** Mean of its square. */
  readonly second: Variable;
}

/**
 * Moves one variable against its gradient (Kingma and Ba, arXiv:1412.6980, with the step size of its
 * section 2, as TensorFlow writes it).
 *
 * @param variable What to move
 * @param moments What is remembered of it, updated too
 * @param gradient Same shape; the caller's to dispose
 * @param step How often it was moved before, a scalar
 * @param learningRate Step size, a scalar
 * @param momentum How much its means keep of what they were
 */
export function applyAdam(
  variable: Variable,
  moments: Moments,
  gradient: tf.Tensor,
  step: tf.Scalar,
  learningRate: tf.Scalar,
  { first, second } = MOMENTUM,
): void {
  tf.tidy(() => {
    const count = tf.add(step, 1);
    nativeOp("ResourceApplyAdam", { T: type("float32"), use_locking: false, use_nesterov: false }, [
      variable.handle(),
      moments.first.handle(),
      moments.second.handle(),
      tf.pow(first, count),
      tf.pow(second, count),
      learningRate,
      tf.scalar(first),
      tf.scalar(second),
      tf.scalar(EPSILON),
      gradient,
    ], 0);
  });
}
