/**
 * The training step: one plain function from images to losses, which moves the variables.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type GraphFunction, graphFunction } from "@/engine/graph/jit.ts";
import type { Model } from "@/method/vae.ts";
import * as tf from "@/engine/tf.ts";
import { movePack } from "./adam.ts";
import { lossAndGradients, type Player } from "./loss_gradients.ts";
import type { Group, State } from "./state.ts";

/**
 * Makes the step.
 *
 * Paper: each batch first moves the pose variables alone (unclipped, as in the released code), then
 * everything, each gradient clipped to norm 1; both by Adam. Where the objective is a game, the
 * opponent moves in between, so that everything then meets the better opponent.
 *
 * @param model The model
 * @param state Its variables
 * @param config Batch size, step size, clipping
 * @returns A function of `images` `[B, S, S, 1]`, `seed` `[2]` int32 (the run's seed and the step, which
 *   key the random numbers) and `step` `[]` float32 (from 0, for Adam), which gives `loss` and each of
 *   its terms, scalars per image, and the terms of the opponent's loss. Traced.
 */
export function trainingStep(model: Model, state: State, config: Config): GraphFunction {
  const { batchSize, imageSize, learningRate, clipNorm } = config;
  return graphFunction({
    images: { shape: [batchSize, imageSize, imageSize, 1], dtype: "float32" },
    seed: { shape: [2], dtype: "int32" },
    step: { shape: [], dtype: "float32" },
  }, (inputs) => {
    const images = inputs.images as tf.Tensor4D;
    const seed = inputs.seed as tf.Tensor1D;
    const step = inputs.step as tf.Scalar;
    const values = state.parameters();
    /** Moves a group by itself against a player's loss, and goes on with its new values. */
    const moveAlone = (player: Player, { parameters, moments }: Group, limit = clipNorm) => {
      const { gradients, terms } = lossAndGradients(player, values, images, seed, parameters.names);
      movePack(parameters, moments, gradients, step, { learningRate, clipNorm: limit });
      Object.assign(values, parameters.read());
      return terms;
    };
    const { first, opponent, others, statistics } = state;
    if (first) moveAlone(model, { ...first, moments: first.momentsFirst }, Infinity);
    // The opponent's terms, on the model's forward pass.
    const opposing = opponent && moveAlone({ ...model, ...model.opponent }, opponent);
    const groups = first ? [first, others] : [others];
    const trained = groups.flatMap(({ parameters }) => parameters.names);
    const result = lossAndGradients(model, values, images, seed, trained);
    for (const { parameters, moments } of groups) {
      movePack(parameters, moments, result.gradients, step, { learningRate, clipNorm });
    }
    statistics.assign(result.statistics);
    return { loss: result.loss, ...result.terms, ...opposing };
  });
}
