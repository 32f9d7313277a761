/** Passes for the tests of layers and models. */
import { initialValues, type Parameters, type Pass } from "@/model/parameters.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";

/** Gives random tensors in [-1, 1], the same for the same seed. */
export function randomTensor(shape: readonly number[], seed: number): tf.Tensor {
  const random = createRandom(seed);
  const count = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: count }, () => random.uniform(-1, 1));
  return tf.tensor(values, [...shape]);
}

/** Makes a pass with initial values, or others where a test gives them; the caller's to dispose. */
export function passOf(
  parameters: Parameters,
  options: {
    isTraining?: boolean;
    step?: number;
    values?: Readonly<Record<string, tf.Tensor>>;
  } = {},
): Pass {
  const { isTraining = true, step = 0, values = {} } = options;
  const initial = Object.entries(initialValues(parameters, 1))
    .filter(([name]) => !(name in values))
    .map(([name, numbers]) => [name, tf.tensor(numbers, [...parameters[name]!.shape])]);
  return {
    values: { ...Object.fromEntries(initial), ...values },
    isTraining,
    seed: tf.tensor1d([1, step], "int32"),
    statistics: {},
  };
}
