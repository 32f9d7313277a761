import assert from "node:assert/strict";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { azimuthCrossEntropy, BINS } from "@/method/pose/azimuth_bins.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../../assert.ts";

const random = createRandom(5);
/** Azimuths in bins; three are about the place where the circle closes. */
const PLACES = [3.25, 0, 23.5, -0.75, 31.9];
const B = PLACES.length;
const azimuths = (places = PLACES) => tf.tensor1d(places.map((bin) => bin * 2 * Math.PI / BINS));
const LOGITS = Float32Array.from({ length: B * BINS }, () => random.uniform(-2, 2));

/** The two bins around a place and their shares. */
function sharesOf(place: number): [number, number][] {
  const low = Math.floor(place);
  const bin = (i: number) => ((i % BINS) + BINS) % BINS;
  return [[bin(low), 1 - (place - low)], [bin(low + 1), place - low]];
}

/** The same in float64, in two taps. */
function twin(logits: ArrayLike<number>, places = PLACES): number[] {
  return places.map((place, b) => {
    const row = Array.from({ length: BINS }, (_, i) => logits[b * BINS + i]!);
    const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return sharesOf(place).reduce((sum, [i, share]) => sum - share * (row[i]! - total), 0);
  });
}

const crossEntropy = (logits: ArrayLike<number>, places = PLACES) =>
  azimuthCrossEntropy(
    tf.tensor2d(Float32Array.from(logits), [places.length, BINS]),
    azimuths(places),
  ).dataSync();

Deno.test("azimuthCrossEntropy() is log 24 where the guess knows nothing", () => {
  tf.tidy(() => {
    const known = crossEntropy(new Float32Array(B * BINS));
    assertClose(known, new Array(B).fill(Math.log(24)), 1e-5);
  });
});

Deno.test("azimuthCrossEntropy() shares an azimuth between its two bins, by hand", () => {
  tf.tidy(() => {
    // A half of the guess is in bin 3, a quarter in bin 4, and the last quarter in bin 9.
    const logits = Array.from(
      { length: BINS },
      (_, i) => i === 3 ? Math.log(2) : i === 4 || i === 9 ? 0 : -40,
    );
    // 3.25 is bin 3 for three quarters: 0.75 log 2 + 0.25 log 4.
    assertClose(crossEntropy(logits, [3.25]), [1.25 * Math.log(2)], 1e-5);
    assertClose(crossEntropy(logits, [4]), [Math.log(4)], 1e-5);
  });
});

Deno.test("azimuthCrossEntropy() goes around the circle, as two taps do in float64", () => {
  tf.tidy(() => {
    assertClose(crossEntropy(LOGITS), twin(LOGITS), 1e-4);
    const turned = crossEntropy(LOGITS, PLACES.map((place) => place - 2 * BINS));
    assertClose(turned, twin(LOGITS), 1e-4);
    // The last bin but a little is the first one.
    const row = LOGITS.slice(0, BINS);
    assertClose(crossEntropy(row, [-1e-7]), twin(row, [0]), 1e-4);
    assertClose(crossEntropy(row, [24]), twin(row, [0]), 1e-4);
  });
});

Deno.test("azimuthCrossEntropy() is least where the guess is the target: its entropy", () => {
  tf.tidy(() => {
    const entropy = PLACES.map((place) =>
      sharesOf(place).reduce((sum, [, share]) => sum - (share > 0 ? share * Math.log(share) : 0), 0)
    );
    const best = new Float32Array(B * BINS).fill(-40);
    PLACES.forEach((place, b) => {
      for (const [i, share] of sharesOf(place)) {
        if (share > 0) best[b * BINS + i] = Math.log(share);
      }
    });
    assertClose(crossEntropy(best), entropy, 1e-4);
    const others = crossEntropy(best.map((logit) => Math.max(logit, -4) + random.uniform(-1, 1)));
    assert.ok(others.every((value, b) => value > entropy[b]! + 1e-3));
  });
});

Deno.test("azimuthCrossEntropy() has the gradient in the logits that differences give", () => {
  tf.tidy(() => {
    const weights = [1, -2, 3, 0.5, 1.5];
    const gradient = tf.grad((logits) =>
      tf.sum(tf.mul(weights, azimuthCrossEntropy(logits as tf.Tensor2D, azimuths())))
    )(tf.tensor2d(LOGITS, [B, BINS]));
    const weighted = (logits: ArrayLike<number>) =>
      twin(logits).reduce((sum, value, b) => sum + weights[b]! * value, 0);
    assertGradient(gradient.dataSync(), weighted, LOGITS, 1e-4);
  });
});

Deno.test("azimuthCrossEntropy() keeps its result alone", () => {
  const [logits, azimuth] = [tf.tensor2d(LOGITS, [B, BINS]), azimuths()];
  assertTensorsKept(0, () => azimuthCrossEntropy(logits, azimuth).dispose());
  tf.dispose([logits, azimuth]);
});

Deno.test("azimuthCrossEntropy() says which shape is wrong", () => {
  tf.tidy(() => {
    assert.throws(() => azimuthCrossEntropy(tf.zeros([B, 23]), azimuths()), {
      name: "TypeError",
      message: "Cannot compare azimuths: logits must have shape [B = 5, 24], got [5, 23]",
    });
    assert.throws(() => azimuthCrossEntropy(tf.zeros([B, BINS]), tf.zeros([4])), {
      name: "TypeError",
      message: "Cannot compare azimuths: azimuth must have shape [B = 5], got [4]",
    });
  });
});
