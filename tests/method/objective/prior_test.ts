import assert from "node:assert/strict";
import { codeOf, drawPrior } from "@/method/objective/prior.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";
import { codesOf } from "./forwards.ts";

const passAt = (step: number) => passOf({}, { step });

Deno.test("codeOf() puts the latents of the angles that are inferred behind the shape's", () => {
  tf.tidy(() => {
    const z = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
    const latents = codesOf(z, tf.tensor1d([0.1, 0.2, 0.3]), tf.tensor1d([-0.1, -0.2, -0.3]));
    const rows = (pose: number) => codeOf(latents, { shape: 2, pose }).dataSync();
    assertClose(rows(0), [1, 2, 3, 4, 5, 6], 0);
    assertClose(rows(1), [1, 2, 0.1, 3, 4, 0.2, 5, 6, 0.3], 1e-7);
    assertClose(rows(2), [1, 2, 0.1, -0.1, 3, 4, 0.2, -0.2, 5, 6, 0.3, -0.3], 1e-7);
  });
});

Deno.test("drawPrior() draws shapes from N(0, I) and angles from Uniform(-1, 1)", () => {
  tf.tidy(() => {
    const count = 20_000;
    const draws = drawPrior(passAt(0), count, { shape: 2, pose: 2 });
    assert.deepEqual(draws.shape, [count, 4]);
    const means = tf.mean(draws, 0).dataSync();
    const squares = tf.mean(tf.square(draws), 0).dataSync();
    const error = 5 / Math.sqrt(count); // five standard errors of a unit of variance 1
    assertClose(means, [0, 0, 0, 0], error);
    assertClose(squares, [1, 1, 1 / 3, 1 / 3], 1.5 * error);
    const angles = tf.slice(draws, [0, 2], [count, 2]).dataSync();
    assert.ok(angles.every((angle) => angle >= -1 && angle < 1));
    assert.ok(Math.min(...angles) < -0.999 && Math.max(...angles) > 0.999);
  });
});

Deno.test("drawPrior() draws units that have nothing to do with each other, anew for every step", () => {
  tf.tidy(() => {
    const count = 20_000;
    const draws = drawPrior(passAt(0), count, { shape: 2, pose: 1 });
    const moments = tf.div(tf.matMul(draws, draws, true), count).arraySync() as number[][];
    assertClose([moments[0]![1]!, moments[0]![2]!, moments[1]![2]!], [0, 0, 0], 0.036);
    const step = (
      number: number,
    ) => [...drawPrior(passAt(number), 3, { shape: 2, pose: 1 }).dataSync()];
    assert.deepEqual(step(4), step(4));
    assert.notDeepEqual(step(4), step(5));
  });
});

Deno.test("drawPrior() draws no angles where poses are given", () => {
  tf.tidy(() => {
    assert.deepEqual(drawPrior(passAt(0), 3, { shape: 2, pose: 0 }).shape, [3, 2]);
  });
});

Deno.test("drawPrior() and codeOf() keep their results alone, inside a tidy", () => {
  let results: tf.Tensor[];
  assertTensorsKept(2, () => {
    results = tf.tidy(() => {
      const sizes = { shape: 2, pose: 1 };
      return [drawPrior(passAt(0), 3, sizes), codeOf(codesOf(tf.zeros([3, 2])), sizes)];
    });
  });
  tf.dispose(results!);
});
