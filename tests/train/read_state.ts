/** Reads the variables of a state. */
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { State } from "@/train/state.ts";

/** Gives all variables that a checkpoint would hold, by name; keeps no tensor. */
export function readState(state: State): NamedArrays {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(state.snapshot()).map(([name, tensor]) => [
        name,
        { shape: tensor.shape, values: tensor.dataSync() as Float32Array },
      ]),
    )
  );
}
