import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import {
  ELEVATION_BINS,
  ELEVATION_STEP,
  elevationCrossEntropy,
} from "@/method/pose/elevation_bins.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../../assert.ts";

const LOGITS = [[0.3, -1, 2, 0.5, 0, 1], [1, 1.5, -0.5, 0.2, -2, 0.7]];
const logits = () => tf.tensor2d(LOGITS);
const DEGREES = Math.PI / 180;

/** The same in float64. */
function twin(all: ArrayLike<number>, elevations: readonly number[]): number[] {
  return elevations.map((elevation, b) => {
    const row = Array.from({ length: 6 }, (_, i) => all[6 * b + i]!);
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    const place = Math.min(5, Math.max(0, elevation / (6 * DEGREES)));
    const i = Math.min(4, Math.floor(place));
    const w = place - i;
    return -(1 - w) * (row[i]! - total) - w * (row[i + 1]! - total);
  });
}

Deno.test("bins of the elevation are 6 degrees apart, from level to 30 degrees", () => {
  assert.equal(ELEVATION_BINS, 6);
  assertClose([ELEVATION_STEP], [6 * DEGREES], 1e-9);
});

Deno.test("elevationCrossEntropy() shares a target between its two bins, by hand", () => {
  tf.tidy(() => {
    const at = (degrees: number) =>
      elevationCrossEntropy(logits(), tf.fill([2], degrees * DEGREES) as tf.Tensor1D).dataSync();
    const [level, bin, between] = [at(0), at(6), at(1.5)];
    // A quarter of the way from level to the first bin.
    assertClose(between, [0, 1].map((b) => 0.75 * level[b]! + 0.25 * bin[b]!), 1e-5);
    const even = elevationCrossEntropy(tf.zeros([2, 6]), tf.tensor1d([0.1, 0.4])).dataSync();
    assertClose(even, [Math.log(6), Math.log(6)], 1e-5);
  });
});

Deno.test("elevationCrossEntropy() gives what float64 does, and counts what is beyond as the ends", () => {
  tf.tidy(() => {
    for (const elevations of [[0.05, 0.4], [0, Math.PI / 6], [-0.2, 0.9]]) {
      const got = elevationCrossEntropy(logits(), tf.tensor1d(elevations));
      assertClose(got.dataSync(), twin(LOGITS.flat(), elevations), 1e-5);
    }
  });
});

Deno.test("elevationCrossEntropy() has the gradient finite differences give", () => {
  tf.tidy(() => {
    const elevations = [0.05, 0.4];
    const gradient = tf.grad((x) =>
      tf.sum(elevationCrossEntropy(x as tf.Tensor2D, tf.tensor1d(elevations)))
    )(logits());
    const summed = (x: Float64Array) => twin(x, elevations).reduce((sum, value) => sum + value, 0);
    assertGradient(gradient.dataSync(), summed, LOGITS.flat(), 1e-4);
  });
});

Deno.test("elevationCrossEntropy() keeps its result alone, and says which shape is wrong", () => {
  const [guess, elevation] = [logits(), tf.tensor1d([0.1, 0.2])];
  assertTensorsKept(0, () => elevationCrossEntropy(guess, elevation).dispose());
  tf.tidy(() => {
    assert.throws(() => elevationCrossEntropy(tf.zeros([2, 5]), elevation), {
      name: "TypeError",
      message: "Cannot compare elevations: logits must have shape [B = 2, 6], got [2, 5]",
    });
    assert.throws(() => elevationCrossEntropy(guess, tf.tensor1d([1])), {
      name: "TypeError",
      message: "Cannot compare elevations: elevation must have shape [B = 2], got [1]",
    });
  });
  tf.dispose([guess, elevation]);
});
