/**
 * The training step: one plain function from pictures to losses, which moves the variables.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type GraphFunction, graphFunction } from "@/graph/jit.ts";
import type { Model } from "@/model/vae.ts";
import * as tf from "@/tf.ts";
import { applyAdam } from "./adam.ts";
import { lossAndGradients } from "./gradients.ts";
import type { State } from "./state.ts";

/**
 * Makes the step.
 *
 * Paper: each batch first moves the pose variables alone (unclipped, as in the released code), then
 * everything, each gradient clipped to norm 1; both by Adam.
 *
 * @param model The model
 * @param state Its variables
 * @param config Batch size, step size, clipping
 * @returns A function of `images` `[B, S, S, 1]` and `seed` `[2]` int32 (the run's seed, the step from
 *   0), which gives `loss` and each of its terms, scalars per picture. Traced.
 */
export function trainingStep(model: Model, state: State, config: Config): GraphFunction {
  const { batchSize, imageSize, learningRate, clipNorm } = config;
  return graphFunction({
    images: { shape: [batchSize, imageSize, imageSize, 1], dtype: "float32" },
    seed: { shape: [2], dtype: "int32" },
  }, (inputs) => {
    const images = inputs.images as tf.Tensor4D;
    const seed = inputs.seed as tf.Tensor1D;
    const step = tf.cast(tf.slice(seed, [1], [1]), "float32").reshape([]) as tf.Scalar;
    const values = Object.fromEntries(
      Object.entries(state.parameters).map(([name, variable]) => [name, variable.read()]),
    );
    const first = Object.keys(state.momentsFirst);
    if (first.length > 0) {
      const { gradients } = lossAndGradients(model, values, images, seed, first);
      for (const name of first) {
        const options = { learningRate, clipNorm: Infinity };
        const variable = state.parameters[name]!;
        applyAdam(variable, state.momentsFirst[name]!, gradients[name]!, step, options);
        values[name] = variable.read();
      }
    }
    const trained = Object.keys(state.moments);
    const result = lossAndGradients(model, values, images, seed, trained);
    for (const name of trained) {
      const options = { learningRate, clipNorm };
      const moments = state.moments[name]!;
      applyAdam(state.parameters[name]!, moments, result.gradients[name]!, step, options);
    }
    for (const [name, statistic] of Object.entries(result.statistics)) {
      state.parameters[name]!.assign(statistic);
    }
    return { loss: result.loss, ...result.terms };
  });
}
