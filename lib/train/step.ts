/**
 * The training step: one plain function from pictures to losses, which moves the variables.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type GraphFunction, graphFunction } from "@/graph/jit.ts";
import type { Model } from "@/model/vae.ts";
import * as tf from "@/tf.ts";
import { movePack } from "./adam.ts";
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
    const values = state.parameters();
    const { first, others, statistics } = state;
    if (first) {
      const { parameters, momentsFirst } = first;
      const { gradients } = lossAndGradients(model, values, images, seed, parameters.names);
      const unclipped = { learningRate, clipNorm: Infinity };
      movePack(parameters, momentsFirst, gradients, step, unclipped);
      Object.assign(values, parameters.read());
    }
    const groups = first ? [first, others] : [others];
    const trained = groups.flatMap(({ parameters }) => parameters.names);
    const result = lossAndGradients(model, values, images, seed, trained);
    for (const { parameters, moments } of groups) {
      movePack(parameters, moments, result.gradients, step, { learningRate, clipNorm });
    }
    statistics.assign(result.statistics);
    return { loss: result.loss, ...result.terms };
  });
}
