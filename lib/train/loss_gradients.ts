/**
 * The loss of one batch and its gradients, as a pure function.
 *
 * @module
 */
import type { Pass } from "@/model/parameters.ts";
import type { Model } from "@/method/vae.ts";
import type { Terms } from "@/method/objective/objective.ts";
import * as tf from "@/engine/tf.ts";

/** What one training pass gives; the caller disposes all of it. */
export interface LossAndGradients {
  /** Sum of the terms, per image. */
  readonly loss: tf.Scalar;
  /** The terms, by name. */
  readonly terms: Terms;
  /** Gradient of the loss for each parameter asked for, by name. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** New running statistics, by name. */
  readonly statistics: Readonly<Record<string, tf.Tensor>>;
}

/** Who plays: a model, or its opponent, which sees the model's forward pass. */
export type Player = Pick<Model, "forward" | "terms">;

/**
 * Runs a model forwards and backwards. Pure, so that it can be traced.
 *
 * @param player Whose loss it is
 * @param values Values of all parameters, by name
 * @param images `[B, H, W, 1]` in [0, 1]
 * @param seed `[2]` int32, the run's seed and the step
 * @param wanted Names of the parameters to differentiate for
 */
export function lossAndGradients(
  player: Player,
  values: Readonly<Record<string, tf.Tensor>>,
  images: tf.Tensor4D,
  seed: tf.Tensor1D,
  wanted: readonly string[],
): LossAndGradients {
  let kept: { terms: Terms; statistics: Record<string, tf.Tensor> };
  const loss = (...inputs: tf.Tensor[]) => {
    const replaced = Object.fromEntries(wanted.map((name, i) => [name, inputs[i]!]));
    const pass: Pass = {
      values: { ...values, ...replaced },
      isTraining: true,
      seed,
      statistics: {},
    };
    const terms = player.terms(pass, player.forward(pass, images), images);
    // The tape throws away what the loss does not return; these must outlive it.
    kept = { terms, statistics: pass.statistics };
    for (const tensor of [...Object.values(terms), ...Object.values(kept.statistics)]) {
      tf.keep(tensor);
    }
    return tf.addN(Object.values(terms)) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)(wanted.map((name) => values[name]!));
  return {
    loss: value as tf.Scalar,
    terms: release(kept!.terms),
    statistics: release(kept!.statistics),
    gradients: Object.fromEntries(wanted.map((name, i) => [name, grads[i]!])),
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
