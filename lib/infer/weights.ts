/**
 * The weights of a trained model: what inference reads of a checkpoint.
 *
 * @module
 */
import { Variable } from "@/engine/graph/variable.ts";
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";
import type * as tf from "@/engine/tf.ts";
import type { Learner } from "@/model/learner.ts";
import { AVERAGE, MOMENTS } from "@/model/parameters.ts";

/**
 * Takes out of a checkpoint what a trained model works with: the parameters that inference reads, and
 * their running averages where the learner has averages.
 *
 * Weights that were taken before, with neither averages nor Adam's moments beside them, are taken as they
 * are. A checkpoint of a run must hold its averages: its plain parameters give worse shapes.
 *
 * @param learner Whose parameters
 * @param stored Values by name, of a run or taken before
 * @param names Which parameters; those that inference reads unless given
 * @returns The parameters by their own names; values are shared
 * @throws {RangeError} If parameters or averages are missing or have another size
 */
export function trainedWeights(
  learner: Learner,
  stored: NamedArrays,
  names = learner.inferenceParameters ?? Object.keys(learner.parameters),
): NamedArrays {
  const { parameters, moves, averageDecay } = learner;
  const averaged = averageDecay
    ? moves.filter(({ isAveraged = true }) => isAveraged).flatMap((move) => move.parameters)
    : [];
  const isOfRun = Object.keys(stored)
    .some((name) => name.startsWith(AVERAGE) || name.startsWith(MOMENTS));
  return Object.fromEntries(names.map((name) => {
    const { shape } = parameters[name]!;
    const source = isOfRun && averaged.includes(name) ? AVERAGE + name : name;
    const values = stored[source]?.values;
    const count = elementCount(shape);
    if (values?.length !== count) {
      throw new RangeError(
        `Cannot load weights: ${source} must have ${count} values, got ${values?.length ?? 0}; ` +
          `load the checkpoint made with this config`,
      );
    }
    return [name, { shape, values }];
  }));
}

/**
 * Loads the weights of a trained model into variables.
 *
 * @param weights What `trainedWeights` takes
 * @param names Which parameters; those that inference reads unless given
 * @returns Reads them
 * @throws What `trainedWeights` throws
 */
export function loadParameters(
  learner: Learner,
  weights: NamedArrays,
  names?: readonly string[],
): () => Readonly<Record<string, tf.Tensor>> {
  const variables = Object.entries(trainedWeights(learner, weights, names))
    .map(([name, { shape, values }]) => [name, new Variable(name, [...shape], values)] as const);
  return () => Object.fromEntries(variables.map(([name, variable]) => [name, variable.read()]));
}
