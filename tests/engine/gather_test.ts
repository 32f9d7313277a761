import assert from "node:assert/strict";
import { gatherRows } from "@/engine/gather.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

const VALUES = [0, 1, 10, 11, 20, 21];
const PLACES = [2, 0, 2, 2];
const WEIGHTS = [1, 2, 3, 4, 5, 6, 7, 8];
const values = () => tf.tensor2d(VALUES, [3, 2]);
const places = () => tf.tensor1d(PLACES, "int32");

/** Rows times weights, added up. */
const weighted = (x: tf.Tensor) =>
  tf.sum(tf.mul(gatherRows(x, places()), tf.tensor2d(WEIGHTS, [4, 2]))) as tf.Scalar;

Deno.test("gatherRows() takes rows in any order, and one more than once, by hand", () => {
  tf.tidy(() => {
    const rows = gatherRows(values(), places());
    assert.deepEqual(rows.shape, [4, 2]);
    assert.deepEqual([...rows.dataSync()], [20, 21, 0, 1, 20, 21, 20, 21]);
    const grids = values().reshape([3, 2, 1, 1]);
    assert.deepEqual(gatherRows(grids, places()).shape, [4, 2, 1, 1]);
  });
});

Deno.test("gatherRows() gives back what repeated rows add up to, and 0 for those not taken", () => {
  tf.tidy(() => {
    const gradient = tf.grad(weighted)(values()).dataSync();
    assertClose(gradient, [3, 4, 0, 0, 1 + 5 + 7, 2 + 6 + 8], 0);
  });
});

Deno.test("gatherRows() gives in a graph what it gives eagerly, gradient included", () => {
  const spec = { shape: [3, 2], dtype: "float32" as const };
  using program = jit({
    f: graphFunction({ x: spec }, ({ x }) => ({
      rows: gatherRows(x, places()),
      gradient: tf.grad(weighted)(x),
    })),
  });
  tf.tidy(() => {
    const { rows, gradient } = program.f({ x: values() });
    assertClose(rows.dataSync(), gatherRows(values(), places()).dataSync(), 0);
    assertClose(gradient.dataSync(), tf.grad(weighted)(values()).dataSync(), 0);
  });
});

Deno.test("gatherRows() keeps its rows alone", () => {
  const [x, at] = [values(), places()];
  assertTensorsKept(0, () => gatherRows(x, at).dispose());
  assertTensorsKept(0, () => tf.tidy(() => void tf.grad(weighted)(x)));
  tf.dispose([x, at]);
});
