import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { statelessNormal, statelessUniform } from "@/engine/graph/stateless_random.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";

/** Draws numbers to JavaScript; keeps no tensor. */
function draw(seed: readonly [number, number], stream = 0, count = 5): Float32Array {
  return tf.tidy(() =>
    statelessNormal([count], tf.tensor1d([...seed], "int32"), stream).dataSync() as Float32Array
  );
}

Deno.test("statelessNormal() gives the same numbers for the same seed, step and stream", () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(int32, int32, fc.nat(100), (seed, step, stream) => {
      assert.deepEqual(draw([seed, step], stream), draw([seed, step], stream));
    }),
    { numRuns: 30 },
  );
});

Deno.test("statelessNormal() gives other numbers for another seed, step or stream", () => {
  const draws = [];
  for (const seed of [0, 1, 2]) {
    for (const step of [0, 1, 2]) {
      for (const stream of [0, 1, 2]) draws.push(draw([seed, step], stream).join());
    }
  }
  assert.equal(new Set(draws).size, 27);
});

Deno.test("statelessNormal() draws from N(0, 1)", () => {
  const count = 40_000;
  const values = draw([1, 2], 3, count);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
  // Five standard errors of each moment: those of x, x^2, x^3, x^4 are 1, sqrt 2, sqrt 15, sqrt 96.
  const error = 5 / Math.sqrt(count);
  assertClose([moment(1)], [0], error);
  assertClose([moment(2)], [1], error * Math.sqrt(2));
  assertClose([moment(3)], [0], error * Math.sqrt(15));
  assertClose([moment(4)], [3], error * Math.sqrt(96));
});

Deno.test("statelessNormal() draws steps and streams that have nothing to do with each other", () => {
  const count = 10_000;
  const [first, ...others] = [
    draw([1, 1], 0, count),
    draw([1, 1], 1, count),
    draw([1, 2], 0, count),
    draw([2, 1], 0, count),
  ];
  for (const other of others) {
    const correlation = first!.reduce((sum, value, i) => sum + value * other[i]!, 0) / count;
    assertClose([correlation], [0], 5 / Math.sqrt(count));
  }
});

Deno.test("statelessNormal() keeps the shape asked for and one tensor", () => {
  const seed = tf.tensor1d([1, 2], "int32");
  let noise: tf.Tensor;
  assertTensorsKept(1, () => noise = statelessNormal([2, 3, 4], seed, 1));
  assert.deepEqual([noise!.shape, noise!.dtype], [[2, 3, 4], "float32"]);
  tf.dispose([seed, noise!]);
});

Deno.test("statelessNormal() draws in a graph what it draws eagerly, anew for every step", () => {
  using program = jit({
    f: graphFunction({ seed: { shape: [2], dtype: "int32" } }, ({ seed }) => ({
      y: statelessNormal([5], seed as tf.Tensor1D, 1),
    })),
  });
  for (const step of [0, 1, 2 ** 30]) {
    tf.tidy(() => {
      const { y } = program.f({ seed: tf.tensor1d([7, step], "int32") });
      assert.deepEqual(y.dataSync(), draw([7, step], 1));
    });
  }
});

Deno.test("statelessUniform() draws from [0, 1), anew for every seed, step and stream", () => {
  const count = 40_000;
  const drawUniform = (seed: [number, number], stream: number) =>
    tf.tidy(() =>
      statelessUniform([count], tf.tensor1d(seed, "int32"), stream).dataSync() as Float32Array
    );
  const values = drawUniform([1, 2], 3);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
  // Five standard errors: the variances of x and x^2 are 1/12 and 4/45.
  const error = 5 / Math.sqrt(count);
  assertClose([moment(1)], [1 / 2], error * Math.sqrt(1 / 12));
  assertClose([moment(2)], [1 / 3], error * Math.sqrt(4 / 45));
  assert.deepEqual(drawUniform([1, 2], 3), values);
  for (const [step, stream] of [[3, 3], [2, 4]] as const) {
    assert.notDeepEqual(drawUniform([1, step], stream), values);
  }
});

Deno.test("statelessUniform() keeps the shape asked for and one tensor", () => {
  const seed = tf.tensor1d([1, 2], "int32");
  let noise: tf.Tensor;
  assertTensorsKept(1, () => noise = statelessUniform([2, 3], seed, 1));
  assert.deepEqual([noise!.shape, noise!.dtype], [[2, 3], "float32"]);
  tf.dispose([seed, noise!]);
});
