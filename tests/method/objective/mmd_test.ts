import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mmd, squaredMmd } from "@/method/objective/mmd.ts";
import { drawPrior } from "@/method/objective/prior.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";
import { codesOf } from "./forwards.ts";

/** The discrepancy of two sets of rows as a plain number. */
function discrepancy(x: number[][], y: number[][], distance = 1): number {
  return tf.tidy(() => squaredMmd(tf.tensor2d(x), tf.tensor2d(y), distance).dataSync()[0]!);
}

/** The same in float64, pair by pair. */
function twin(x: readonly number[][], y: readonly number[][], distance: number): number {
  const kernel = (a: number[], b: number[]) => {
    const square = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
    return [0.1, 0.2, 0.5, 1, 2, 5, 10]
      .reduce((sum, scale) => sum + scale * distance / (scale * distance + square), 0);
  };
  const mean = (as: readonly number[][], bs: readonly number[][], isSame: boolean) => {
    const values = as.flatMap((a, i) =>
      bs.filter((_, j) => !isSame || i !== j).map((b) => kernel(a, b))
    );
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y, false);
}

const rowsOf = (seed: number, count = 4, units = 3) =>
  tf.tidy(() => randomTensor([count, units], seed).arraySync() as number[][]);

Deno.test("squaredMmd() is worked out by hand for pairs of points", () => {
  // A kernel is 7 at no distance, and 3.5 at the typical one: s / (s + 1) and 1 / (s + 1) pair up.
  assertClose([discrepancy([[0], [0]], [[1], [1]])], [7 + 7 - 2 * 3.5], 1e-5);
  assertClose([discrepancy([[0], [2]], [[0], [2]], 4)], [3.5 + 3.5 - (7 + 3.5)], 1e-5);
  assertClose([discrepancy([[1], [1]], [[1], [1]])], [0], 1e-5);
});

Deno.test("squaredMmd() is what a sum over pairs gives in float64", () => {
  for (const seed of [1, 2, 3]) {
    const [x, y] = [rowsOf(seed), rowsOf(seed + 10)];
    assertClose([discrepancy(x, y, 6)], [twin(x, y, 6)], 1e-4);
  }
});

Deno.test("squaredMmd() is symmetric, and blind to the order of rows", () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const [x, y] = [rowsOf(seed), rowsOf(seed + 1)];
      const value = discrepancy(x, y);
      assertClose([discrepancy(y, x), discrepancy(x.toReversed(), y)], [value, value], 1e-4);
    }),
    { numRuns: 20 },
  );
});

Deno.test("squaredMmd() is around 0 for two samples of one distribution, above for others", () => {
  tf.tidy(() => {
    const draw = (step: number) => drawPrior(passOf({}, { step }), 64, { shape: 5, pose: 0 });
    const average = (change: (x: tf.Tensor2D) => tf.Tensor) => {
      const values = Array.from(
        { length: 40 },
        (_, i) =>
          squaredMmd(change(draw(2 * i)) as tf.Tensor2D, draw(2 * i + 1), 10).dataSync()[0]!,
      );
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    // One estimate has a standard deviation of .023, the average of 40 one of .0037.
    assertClose([average((x) => x)], [0], 0.015);
    assert.ok(average((x) => tf.add(x, 0.5)) > 0.2, "shifted");
    assert.ok(average((x) => tf.mul(x, 0.5)) > 0.2, "too narrow");
    assert.ok(average((x) => tf.mul(x, 2)) > 0.2, "too wide");
  });
});

Deno.test("squaredMmd() has the gradient that differences give", () => {
  tf.tidy(() => {
    const [x, y] = [rowsOf(1), rowsOf(2)];
    const gradient = tf.grad((at) => squaredMmd(at as tf.Tensor2D, tf.tensor2d(y), 6))(
      tf.tensor2d(x),
    );
    const at = (values: Float64Array) =>
      twin(x.map((row, i) => [...values.slice(i * row.length, (i + 1) * row.length)]), y, 6);
    assertGradient(gradient.dataSync(), at, x.flat(), 1e-3);
  });
});

const OPTIONS = { beta: 3, batchSize: 4, sizes: { shape: 3, pose: 1 } };

Deno.test("mmd() compares codes with draws at the distance that two draws have", () => {
  tf.tidy(() => {
    const pass = passOf({}, { step: 5 });
    const [z, s] = [randomTensor([4, 3], 1) as tf.Tensor2D, randomTensor([4], 2) as tf.Tensor1D];
    const terms = mmd(OPTIONS).terms(pass, codesOf(z, s));
    assert.deepEqual(Object.keys(terms), ["latent"]);
    const draws = drawPrior(pass, 4, OPTIONS.sizes);
    const codes = tf.concat([z, s.reshape([4, 1])], 1) as tf.Tensor2D;
    const expected = 3 * squaredMmd(codes, draws, 2 * (3 + 1 / 3)).dataSync()[0]!;
    assertClose(terms.latent!.dataSync(), [expected], 1e-4);
  });
});

Deno.test("mmd() pulls codes of any distance towards the prior", () => {
  tf.tidy(() => {
    const objective = mmd({ ...OPTIONS, sizes: { shape: 3, pose: 0 } });
    for (const distance of [3, 30]) {
      const slope = tf.grad((z) => objective.terms(passOf({}), codesOf(z as tf.Tensor2D)).latent!)(
        tf.fill([4, 3], distance),
      );
      assert.ok(tf.sum(slope).dataSync()[0]! > 0, "down the slope is towards 0");
    }
  });
});

Deno.test("mmd() refuses a batch of one, which has no pairs", () => {
  assert.throws(() => mmd({ ...OPTIONS, batchSize: 1 }), {
    name: "RangeError",
    message: "Cannot compare codes: batchSize must be at least 2, got 1; use a larger batch or " +
      "another objective",
  });
});

Deno.test("mmd() keeps its term alone, inside a tidy", () => {
  let terms: Record<string, tf.Tensor>;
  assertTensorsKept(1, () => {
    terms = tf.tidy(() => mmd(OPTIONS).terms(passOf({}), codesOf(tf.ones([4, 3]))));
  });
  tf.dispose(terms!);
});
