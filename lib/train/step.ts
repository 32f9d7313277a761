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
import type { Pack } from "./pack.ts";
import type { PackedMoments, State } from "./state.ts";

type Gradients = Readonly<Record<string, tf.Tensor>>;

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
    const move = (pack: Pack, moments: PackedMoments, gradients: Gradients, limit = clipNorm) => {
      const joined = pack.join(gradients);
      const clipped = Number.isFinite(limit) ? pack.clip(joined, limit) : joined;
      const { first, second } = moments;
      const variables = { first: first.variable, second: second.variable };
      applyAdam(pack.variable, variables, clipped, step, learningRate);
    };
    const { first, others, statistics } = state;
    if (first) {
      const { parameters, momentsFirst } = first;
      const { gradients } = lossAndGradients(model, values, images, seed, parameters.names);
      move(parameters, momentsFirst, gradients, Infinity);
      Object.assign(values, parameters.read());
    }
    const groups = first ? [first, others] : [others];
    const trained = groups.flatMap(({ parameters }) => parameters.names);
    const result = lossAndGradients(model, values, images, seed, trained);
    for (const { parameters, moments } of groups) move(parameters, moments, result.gradients);
    statistics.assign(result.statistics);
    return { loss: result.loss, ...result.terms };
  });
}
