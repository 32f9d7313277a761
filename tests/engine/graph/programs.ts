/** Programs of one function, as the tests of the tracer use them. */
import { graphFunction, jit, type TensorSpec } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";

/** Compiles one function called `f`. */
export function compileOne(
  inputs: Record<string, TensorSpec>,
  run: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
) {
  return jit({ f: graphFunction(inputs, run) });
}

/** Calls a function and reads its output `y`; keeps no tensor. */
export function read(run: () => Record<string, tf.Tensor>): number[] {
  return tf.tidy(() => [...run().y!.dataSync()]);
}
