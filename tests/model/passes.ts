/** Passes for the tests of layers and models. */
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { initialValues, type Parameters } from "@/model/parameters.ts";
import { Pass } from "@/model/pass.ts";

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
    .map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]);
  return new Pass({
    values: { ...Object.fromEntries(initial), ...values },
    seed: tf.tensor1d([1, step], "int32"),
    step: tf.scalar(step),
    isTraining,
  });
}
