/**
 * Adam on variables.
 *
 * @module
 */
import type { Variable } from "@/engine/graph/variable.ts";
import { nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import type { Move } from "@/model/learner.ts";
import type { Pack } from "./pack.ts";

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

/** What Adam remembers of a pack. */
export interface PackedMoments {
  /** Means of the gradients. */
  readonly first: Pack;
  /** Means of their squares. */
  readonly second: Pack;
}

/**
 * Moves the tensors of a pack against their gradients, each clipped by itself.
 *
 * @param pack What to move
 * @param moments What is remembered of it, updated too
 * @param gradients By name; the caller's to dispose
 * @param step How often it was moved before, a scalar
 * @param options Step size, and largest norm of a gradient
 */
export function movePack(
  pack: Pack,
  moments: PackedMoments,
  gradients: Readonly<Record<string, tf.Tensor>>,
  step: tf.Scalar,
  { learningRate, clipNorm, momentum }: Pick<Move, "learningRate" | "clipNorm" | "momentum">,
): void {
  tf.tidy(() => {
    const joined = pack.join(gradients);
    const clipped = Number.isFinite(clipNorm) ? pack.clip(joined, clipNorm) : joined;
    const variables = { first: moments.first.variable, second: moments.second.variable };
    const rate = typeof learningRate === "number" ? tf.scalar(learningRate) : learningRate(step);
    applyAdam(pack.variable, variables, clipped, step, rate, momentum);
  });
}
