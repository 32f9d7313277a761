import assert from "node:assert/strict";
import * as fc from "fast-check";
import { clipNorm, divergenceOf, sample } from "@/model/gaussian.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { passOf } from "./passes.ts";

/** Clips rows given as plain numbers. */
function clipped(rows: number[][], limit: number): number[][] {
  return tf.tidy(() => clipNorm(tf.tensor2d(rows), limit).arraySync());
}

Deno.test("clipNorm() scales long rows down to the limit and leaves short ones", () => {
  const [long, short, exact, zero] = clipped([[6, 8], [0.6, -0.8], [3, 4], [0, 0]], 5);
  assertClose(long!, [3, 4], 1e-5);
  assertClose(short!, [0.6, -0.8], 1e-6);
  assertClose(exact!, [3, 4], 1e-5);
  assertClose(zero!, [0, 0], 0);
});

Deno.test("clipNorm() never exceeds the limit and never turns a row", () => {
  const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(number, number, number), fc.double({ min: 0.1, max: 30, noNaN: true }), (
      row,
      limit,
    ) => {
      const [got] = clipped([row], limit);
      const norm = Math.hypot(...row);
      const scale = norm > limit ? limit / norm : 1;
      assertClose(got!, row.map((value) => value * scale), 1e-4 * Math.min(norm, limit) + 1e-6);
    }),
  );
});

Deno.test("clipNorm() has the gradient that differences give, inside, outside and at 0", () => {
  const rows = [3, 4, 0.5, 1, 0.1, -0.2, 0, 0, 0]; // norms about 5.02, .22 and 0, the limit is 2
  const weights = [1, -2, 3, 0.5, -1, 2, 1, 2, 3];
  const twin = (at: Float64Array) => {
    let sum = 0;
    for (let row = 0; row < 3; row++) {
      const x = at.subarray(3 * row, 3 * row + 3);
      const scale = 2 / Math.max(Math.hypot(...x), 2);
      x.forEach((value, i) => sum += weights[3 * row + i]! * value * scale);
    }
    return sum;
  };
  const gradient = tf.tidy(() =>
    tf.grad((x) => tf.sum(tf.mul(clipNorm(x as tf.Tensor2D, 2), tf.tensor2d(weights, [3, 3]))))(
      tf.tensor2d(rows, [3, 3]),
    ).dataSync()
  );
  assertGradient(gradient, twin, rows, 1e-5);
});

Deno.test("sample() adds noise of the posterior's deviation to its mean", () => {
  tf.tidy(() => {
    const pass = passOf({}, { step: 2 });
    const mean = tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
    const logVariance = tf.tensor2d([[0, 2, -2], [0, Math.log(4), -100]]);
    const noise = pass.normal("a", [2, 3]).dataSync();
    const deviations = [1, Math.E, 1 / Math.E, 1, 2, 0];
    const expected = [1, 2, 3, 4, 5, 6].map((value, i) => value + noise[i]! * deviations[i]!);
    assertClose(sample(pass, { mean, logVariance }, "a").dataSync(), expected, 1e-5);
  });
});

Deno.test("sample() draws anew for every step and stream, and the same for the same", () => {
  tf.tidy(() => {
    const posterior = { mean: tf.zeros([2, 3]), logVariance: tf.zeros([2, 3]) } as Record<
      "mean" | "logVariance",
      tf.Tensor2D
    >;
    const draw = (step: number, stream: string) =>
      sample(passOf({}, { step }), posterior, stream).dataSync().join();
    assert.equal(draw(0, "a"), draw(0, "a"));
    assert.equal(new Set([draw(0, "a"), draw(1, "a"), draw(0, "b")]).size, 3);
  });
});

Deno.test("sample() has the gradients of mean and log-variance that differences give", () => {
  tf.tidy(() => {
    const pass = passOf({}, { step: 2 });
    const noise = pass.normal("a", [2, 3]).dataSync();
    const twin = (at: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < 6; i++) sum += (at[i]! + noise[i]! * Math.exp(at[6 + i]! / 2)) ** 2;
      return sum;
    };
    const at = [0.1, 0.2, 0.3, -0.4, 0.5, 0.6, 0.3, -0.2, 0.1, 0.4, -0.5, 0.6];
    const gradient = tf.grad((x) => {
      const [mean, logVariance] = tf.split(x, 2) as [tf.Tensor2D, tf.Tensor2D];
      return tf.sum(tf.square(sample(pass, { mean, logVariance }, "a")));
    })(tf.tensor2d(at, [4, 3]));
    assertGradient(gradient.dataSync(), twin, at, 1e-4);
  });
});

Deno.test("clipNorm() and sample() keep their results alone, inside a tidy", () => {
  const pass = passOf({}, { step: 2 });
  const x = tf.ones([2, 3]) as tf.Tensor2D;
  let results: tf.Tensor[] = [];
  assertTensorsKept(2, () => {
    results = tf.tidy(() => [clipNorm(x, 1), sample(pass, { mean: x, logVariance: x }, "a")]);
  });
  tf.dispose([x, results]);
});

Deno.test("divergenceOf() is 0 for N(0, I), and what the formula gives elsewhere", () => {
  tf.tidy(() => {
    const gaussian = (mean: number[], logVariance: number[]) => ({
      mean: tf.tensor2d(mean, [1, 2]),
      logVariance: tf.tensor2d(logVariance, [1, 2]),
    });
    assertClose(divergenceOf(gaussian([0, 0], [0, 0])).dataSync(), [0], 0);
    // (4 + 1 - 1 - 0) / 2 and (0 + e - 1 - 1) / 2
    const far = gaussian([2, 0], [0, 1]);
    assertClose(divergenceOf(far).dataSync(), [2 + (Math.E - 2) / 2], 1e-6);
    const share = tf.tensor1d([0.5, 0]);
    assertClose(divergenceOf(far, share).dataSync(), [1], 1e-6);
  });
});

Deno.test("divergenceOf() has the gradients that differences give", () => {
  const mean = [0.5, -1, 2, 0.1, -0.3, 0.7];
  const logVariance = [0.2, 0.4, -0.8, 1, 0, -1];
  const share = [1, 0.5, 0];
  const twin = (mean: ArrayLike<number>, logVariance: ArrayLike<number>) =>
    Array.from(mean, (m, i) => {
      const v = logVariance[i]!;
      return share[i % 3]! * (m ** 2 + Math.exp(v) - 1 - v) / 2;
    }).reduce((sum, each) => sum + each, 0);
  tf.tidy(() => {
    const [byMean, byVariance] = tf.grads((mean, logVariance) =>
      tf.sum(divergenceOf({
        mean: mean as tf.Tensor2D,
        logVariance: logVariance as tf.Tensor2D,
      }, tf.tensor1d(share)))
    )([tf.tensor2d(mean, [2, 3]), tf.tensor2d(logVariance, [2, 3])]);
    assertGradient(byMean!.dataSync(), (at) => twin(at, logVariance), mean, 1e-5);
    assertGradient(byVariance!.dataSync(), (at) => twin(mean, at), logVariance, 1e-5);
  });
});
