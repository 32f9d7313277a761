/**
 * Results that are read later than they are computed.
 *
 * Whoever reads a result waits for it. A graphics card stands still meanwhile, and again until the next
 * call has reached it; calls that return nothing follow one another without a gap.
 *
 * @module
 */
import { nativeOp, type } from "@/native.ts";
import * as tf from "@/tf.ts";
import { type GraphFunction, graphFunction } from "./jit.ts";
import { Variable } from "./variable.ts";

/** A function in two parts, to be compiled together. */
export interface Collected<Inputs extends string, Outputs extends string> {
  /** Computes, and keeps the results in row `row`, an int32 `[1]`; whoever wants `done` alone does not wait. */
  readonly call: GraphFunction<Inputs | "row", Outputs | "done">;
  /** Gives the results kept, by name, each `[rows]`; traced after `call`. */
  readonly read: GraphFunction<never, Outputs>;
  /** Frees the results kept. */
  [Symbol.dispose](): void;
}

/** Columns of what is kept: a variable is made before its function is traced and tells how many it has. */
const MOST_RESULTS = 16;

/**
 * Splits a function into computing and reading.
 *
 * @param f A function whose results are scalars, at most 16
 * @param rows How many results of each are kept
 */
export function collectLater<Inputs extends string, Outputs extends string>(
  f: GraphFunction<Inputs, Outputs>,
  rows: number,
): Collected<Inputs, Outputs> {
  const kept = new Variable("results", [rows, MOST_RESULTS]);
  let names: Outputs[] = [];
  return {
    call: graphFunction(
      { ...f.inputs, row: { shape: [1], dtype: "int32" } },
      (inputs: Record<Inputs | "row", tf.Tensor>) => {
        const results = f.run(inputs);
        names = Object.keys(results) as Outputs[];
        const row = tf.stack(Object.values<tf.Tensor>(results)) as tf.Tensor1D;
        const padded = tf.pad(row, [[0, MOST_RESULTS - names.length]]).reshape([1, MOST_RESULTS]);
        const attributes = { dtype: type("float32"), Tindices: type("int32") };
        nativeOp("ResourceScatterUpdate", attributes, [kept.handle(), inputs.row, padded], 0);
        return { ...results, done: tf.scalar(0, "int32") };
      },
    ),
    read: graphFunction({}, () => {
      const columns = tf.unstack(kept.read(), 1);
      return Object.fromEntries(names.map((name, i) => [name, columns[i]!])) as Record<
        Outputs,
        tf.Tensor
      >;
    }),
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}
