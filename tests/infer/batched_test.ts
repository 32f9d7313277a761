import assert from "node:assert/strict";
import { type Compiled, graphFunction } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { runInBatches } from "@/infer/batched.ts";
import { assertTensorsKept } from "../assert.ts";

const INPUTS = {
  pairs: { shape: [3, 2], dtype: "float32" },
  factor: { shape: [3], dtype: "float32" },
} as const;

/** How often it was called, and what each call was fed. */
const fed: number[][] = [];

/** The scaled sum of each pair, and the pair reversed, in batches of three. */
const { run } = graphFunction(INPUTS, ({ pairs, factor }) => {
  fed.push([...pairs.dataSync()]);
  return { sum: tf.mul(factor, tf.sum(pairs, 1)), reversed: tf.reverse(pairs, 1) };
});

const inBatches = (pairs: number[], factor: number[]) =>
  runInBatches(run as Compiled<string, "sum" | "reversed">, INPUTS, {
    pairs: Float32Array.from(pairs),
    factor: Float32Array.from(factor),
  });

Deno.test("runInBatches() joins the rows of full batches and of a last one that is filled up", () => {
  fed.length = 0;
  const { sum, reversed } = inBatches([1, 2, 3, 4, 5, 6, 7, 8], [1, 10, 100, 1000]);
  assert.deepEqual([...sum], [3, 70, 1100, 15000]);
  assert.deepEqual([...reversed], [2, 1, 4, 3, 6, 5, 8, 7]);
  assert.deepEqual(fed, [[1, 2, 3, 4, 5, 6], [7, 8, 0, 0, 0, 0]]);
});

Deno.test("runInBatches() gives a row the same, whichever rows are beside it", () => {
  const all = inBatches([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4]).sum;
  const alone = [0, 1, 2, 3].map((i) => inBatches([2 * i + 1, 2 * i + 2], [i + 1]).sum[0]!);
  assert.deepEqual([...all], alone);
});

Deno.test("runInBatches() refuses rows that are cut off, none, or not as many of each", () => {
  const refuses = (pairs: number[], factor: number[], message: string) =>
    assert.throws(() => inBatches(pairs, factor), { name: "RangeError", message });
  refuses([1], [1], "Cannot run the model: rows must have 2 values each, got 1 in all");
  refuses([], [], "Cannot run the model: rows must have 2 values each, got 0 in all");
  refuses([1, 2], [1, 1], "Cannot run the model: factor must have as many rows as pairs, 1, got 2");
});

Deno.test("runInBatches() keeps no tensor", () => {
  assertTensorsKept(0, () => void inBatches([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1]));
});
