import assert from "node:assert/strict";
import { collectLater } from "@/graph/collect.ts";
import { graphFunction, jit } from "@/graph/jit.ts";
import * as tf from "@/tf.ts";
import { assertTensorsKept } from "../assert.ts";

const SCALAR = { shape: [], dtype: "float32" } as const;
const powers = graphFunction(
  { x: SCALAR },
  ({ x }) => ({ square: tf.square(x), cube: tf.mul(x, tf.square(x)) }),
);

for (const eager of [false, true]) {
  Deno.test(`collectLater() keeps what each call gave, ${eager ? "eagerly" : "traced"}`, () => {
    using collected = collectLater(powers, 4);
    using program = jit({ call: collected.call, read: collected.read }, { eager });
    const call = (x: number, row: number) =>
      tf.tidy(() => {
        const inputs = { x: tf.scalar(x), row: tf.tensor1d([row], "int32") };
        assert.deepEqual(Object.keys(program.call(inputs, ["done"])), ["done"]);
        return program.call(inputs).cube.dataSync()[0];
      });
    assert.equal(call(5, 1), 125);
    call(2, 0);
    call(3, 1);
    const kept = tf.tidy(() => {
      const { square, cube, ...others } = program.read({});
      assert.deepEqual(others, {});
      return [square, cube].map((values) => [...values.dataSync()]);
    });
    assert.deepEqual(kept, [[4, 9, 0, 0], [8, 27, 0, 0]]);
  });
}

Deno.test("collectLater() keeps no tensor but what a call gives", () => {
  using collected = collectLater(powers, 2);
  using program = jit({ call: collected.call, read: collected.read });
  const inputs = { x: tf.scalar(1), row: tf.tensor1d([0], "int32") };
  let given: Record<string, tf.Tensor> = {};
  assertTensorsKept(1, () => given = program.call(inputs, ["done"]));
  tf.dispose([inputs, given]);
});
