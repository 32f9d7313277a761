/**
 * The training step: one plain function from images to losses, which moves the variables.
 *
 * @module
 */
import type { RunConfig } from "@/config.ts";
import { type GraphFunction, graphFunction } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import type { Learner, Terms, Truth } from "@/model/learner.ts";
import { fedShapes } from "./feed.ts";
import { lossAndGradients } from "./loss_gradients.ts";
import type { State } from "./state.ts";

/**
 * Makes the step: the learner's moves, one after the other, each with what the ones before left.
 *
 * @param learner What learns
 * @param state Its variables
 * @param config Sizes of the images
 * @returns A function of `images` `[B, S, S, 1]`, what the learner is told of them, `seed` `[2]` int32 (the run's seed and the step, which
 *   key the random numbers) and `step` `[]` float32 (from 0, for Adam and schedules), which gives
 *   `loss`, that of the last move, and the terms of all moves, scalars per image. Of terms that share a
 *   name, the last move's counts. Traced.
 */
export function trainingStep(
  { moves, supervision = [] }: Learner,
  state: State,
  config: Pick<RunConfig, "batchSize" | "imageSize">,
): GraphFunction {
  const specs = fedShapes(config, supervision)
    .map(([field, shape]) => [field, { shape, dtype: "float32" }]);
  return graphFunction<string, string>({
    ...Object.fromEntries(specs),
    seed: { shape: [2], dtype: "int32" },
    step: { shape: [], dtype: "float32" },
  }, (inputs) => {
    const images = inputs.images as tf.Tensor4D;
    const seed = inputs.seed as tf.Tensor1D;
    const step = inputs.step as tf.Scalar;
    const truth: Truth = Object.fromEntries(supervision.map((field) => [field, inputs[field]!]));
    const values = state.read();
    const statistics: Record<string, tf.Tensor> = {};
    let losses: Terms = {};
    for (const [i, move] of moves.entries()) {
      const result = lossAndGradients(move, { values, images, truth, seed, step });
      state.apply(move, result.gradients, step);
      Object.assign(statistics, result.statistics);
      losses = {
        loss: result.loss,
        ...result.terms,
        ...without(losses, ["loss", ...Object.keys(result.terms)]),
      };
      if (i < moves.length - 1) Object.assign(values, state.read(move.parameters));
    }
    state.keepStatistics(statistics);
    state.average(step);
    return losses;
  });
}

/** Leaves out some names. */
function without(terms: Terms, names: readonly string[]): Terms {
  return Object.fromEntries(Object.entries(terms).filter(([name]) => !names.includes(name)));
}
