/**
 * Shapes of operations that work element by element.
 *
 * While a function is traced its operations run once, for their shapes. On a graphics card TensorFlow
 * compiles most of these when they first run, up to a second each and five in all for a training step,
 * of which XLA then uses nothing. So they are not run: one rule gives the shapes of all of them.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import type { TensorKind } from "./recorder.ts";

/** Operations whose output has the type of their first input. */
// deno-fmt-ignore
export const ELEMENTWISE: readonly string[] = [
  "Abs", "Add", "AddV2", "Atan2", "Cos", "Exp", "FloorMod", "LeakyRelu", "LeakyReluGrad", "Log",
  "Maximum", "Minimum", "Mul", "Neg", "Pow", "RealDiv", "Relu", "ReluGrad", "Rsqrt", "Sigmoid",
  "SigmoidGrad", "Sign", "Sin", "Softplus", "Sqrt", "Square", "SquaredDifference", "Sub", "Tan",
  "Tanh", "TanhGrad",
];

/** Those that give true or false. */
export const COMPARISONS: readonly string[] = [
  "Equal",
  "Greater",
  "GreaterEqual",
  "Less",
  "LessEqual",
  "NotEqual",
];

/** Not element by element, but of the same shapes: run for its shape alone, it would wait for the other devices. */
const COLLECTIVE = "CollectiveReduceV2";

const TYPE_OF_INPUT = new Set([...ELEMENTWISE, COLLECTIVE]);
const BOOL = new Set(COMPARISONS);

/**
 * Gives shape and type of what an operation gives, without running it: the shape to which its inputs
 * broadcast.
 *
 * @param op Its name
 * @param inputs Shape and type of each input
 * @returns Nothing if it is none of these operations
 * @throws {Error} If the inputs do not broadcast to one shape
 */
export function elementwiseOutput(
  op: string,
  inputs: readonly TensorKind[],
): TensorKind | undefined {
  const isComparison = BOOL.has(op);
  if (!isComparison && !TYPE_OF_INPUT.has(op)) return undefined;
  const shape = inputs.map((input) => [...input.shape])
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
  return { shape, dtype: isComparison ? DATA_TYPES.bool : inputs[0]!.dtype };
}
