/**
 * The loss of one move and its gradients, as a pure function.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import type { Move, Terms, Truth } from "@/model/learner.ts";
import { Pass, type PassOptions } from "@/model/pass.ts";

/** What a move is computed from. */
export interface MoveInputs {
  /** Values of all parameters, by name. */
  readonly values: Readonly<Record<string, tf.Tensor>>;
  /** `[B, H, W, 1]` in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** What the learner is told of them. */
  readonly truth?: Truth;
  /** `[2]` int32, the run's seed and the step. */
  readonly seed: tf.Tensor1D;
  /** Steps taken before this one `[]`, float32. */
  readonly step: tf.Scalar;
  /** Whose images they are, as for `Pass`. */
  readonly replica?: PassOptions["replica"];
}

/** What one training pass gives; the caller disposes all of it. */
export interface LossAndGradients {
  /** Sum of the terms, per image. */
  readonly loss: tf.Scalar;
  /** The terms, by name. */
  readonly terms: Terms;
  /** Gradient of the loss for each parameter that the move trains, by name. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** New running statistics, by name. */
  readonly statistics: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Runs a move forwards and backwards. Pure, so that it can be traced.
 *
 * @throws {Error} If the loss does not depend on some parameter of the move; all such are named
 */
export function lossAndGradients(
  { name, parameters, terms }: Pick<Move, "name" | "parameters" | "terms">,
  { values, images, truth, seed, step, replica }: MoveInputs,
): LossAndGradients {
  let kept: { terms: Terms; statistics: Readonly<Record<string, tf.Tensor>> };
  const loss = (...inputs: tf.Tensor[]) => {
    const replaced = Object.fromEntries(parameters.map((name, i) => [name, inputs[i]!]));
    const pass = new Pass({
      ...{ values: { ...values, ...replaced }, seed, step, isTraining: true },
      ...(replica && { replica }),
    });
    kept = { terms: terms(pass, images, truth), statistics: pass.statistics };
    // The tape throws away what the loss does not return; these must outlive it.
    for (const tensor of [...Object.values(kept.terms), ...Object.values(kept.statistics)]) {
      tf.keep(tensor);
    }
    return tf.addN(Object.values(kept.terms)) as tf.Scalar;
  };
  const at = parameters.map((name) => values[name]!);
  // `tf.valueAndGrads`, except that missing gradients can be named.
  const { value, grads } = tf.tidy(() =>
    tf.engine().gradients(() => loss(...at), at, undefined, true)
  );
  const missing = parameters.filter((_, i) => !grads[i]);
  if (missing.length > 0) {
    tf.dispose([value, grads.filter((gradient) => gradient), kept!.terms, { ...kept!.statistics }]);
    throw new Error(
      `Cannot make move "${name}": its loss must depend on all parameters that it trains, got ` +
        `none of ${missing.join(", ")}; use them, or leave them out of the move`,
    );
  }
  return {
    loss: value as tf.Scalar,
    terms: release(kept!.terms),
    statistics: release(kept!.statistics),
    gradients: Object.fromEntries(parameters.map((name, i) => [name, grads[i]!])),
  };
}

/** Gives kept tensors back to the caller's scope. */
function release<T extends tf.Tensor>(kept: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(kept).map(([name, tensor]) => {
      const released = tf.clone(tensor);
      tensor.dispose();
      return [name, released];
    }),
  );
}
