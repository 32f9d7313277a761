/**
 * Parameters: what a layer needs to be given, and how the values reach it.
 *
 * A layer declares its parameters by name and reads their values from a `Pass`, so every layer is a
 * pure function of tensors and the training loop alone owns state.
 *
 * @module
 */
import { createRandom, type Random, seedFor } from "@/engine/random.ts";
import type * as tf from "@/engine/tf.ts";
import type { Pass } from "./pass.ts";
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";

/** Draws one initial value. */
export type Initializer = (random: Random) => number;

/** One parameter of a layer. */
export interface Parameter {
  /** Its shape. */
  readonly shape: readonly number[];
  /** Where its values start. */
  readonly initial: Initializer;
  /** True where the optimiser changes it; false for statistics that a forward pass keeps. */
  readonly isTrained: boolean;
  /**
   * Whether each replica of a run has values of its own, which it alone moves: variables of the images'
   * places in its batch, not of the model. No unless given.
   */
  readonly isLocal?: boolean;
}

/** Parameters by name, such as `encoder/conv1/kernel`. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Part of a network: parameters and what it does with them. */
export interface Layer<Input extends tf.Tensor, Output extends tf.Tensor> {
  /** What it needs. */
  readonly parameters: Parameters;
  /** Runs it; a plain function of tensors. */
  apply(pass: Pass, input: Input): Output;
}

/** Always the same value. */
export const constant = (value: number): Initializer => () => value;

/** Normal around 0. */
export const normal = (standardDeviation: number): Initializer => (random) =>
  random.normal(0, standardDeviation);

/** Normal around 0, redrawn beyond two standard deviations. */
export const truncatedNormal = (standardDeviation: number): Initializer => (random) => {
  let value: number;
  do value = random.normal(); while (Math.abs(value) > 2);
  return value * standardDeviation;
};

/** Uniform with the variance 2 / (inputs + outputs), of Glorot and Bengio (2010). */
export const glorotUniform = (inputs: number, outputs: number): Initializer => {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return (random) => random.uniform(-limit, limit);
};

/** Opens the names of averaged parameters in checkpoints. */
export const AVERAGE = "average/";

/** Opens the names of Adam's moments in checkpoints, older ones included. */
export const MOMENTS = "adam";

/** Uniform within 1 / sqrt(inputs), which is what PyTorch's layers start from. */
export const uniformByFanIn = (inputs: number): Initializer => {
  const limit = 1 / Math.sqrt(inputs);
  return (random) => random.uniform(-limit, limit);
};

/** Declares a parameter that the optimiser changes. */
export function trained(shape: readonly number[], initial: Initializer): Parameter {
  return { shape, initial, isTrained: true };
}

/** Declares a parameter that the optimiser changes, for each replica by itself. */
export function local(shape: readonly number[], initial: Initializer): Parameter {
  return { ...trained(shape, initial), isLocal: true };
}

/** Declares a parameter that forward passes change. */
export function statistic(shape: readonly number[], initial: Initializer): Parameter {
  return { shape, initial, isTrained: false };
}

/** Gathers the parameters of several parts. */
export function parametersOf(...parts: readonly { readonly parameters: Parameters }[]): Parameters {
  return Object.assign({}, ...parts.map(({ parameters }) => parameters));
}

/**
 * Draws the initial values of parameters; each has a stream of its own, so adding one moves no other.
 *
 * @param parameters What to draw
 * @param seed The run's seed
 */
export function initialValues(parameters: Parameters, seed: number): NamedArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, initial }]) => {
      const random = createRandom(seedFor(seed, name));
      const count = elementCount(shape);
      const values = Float32Array.from({ length: count }, () => initial(random));
      return [name, { shape, values }];
    }),
  );
}
