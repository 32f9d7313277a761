/** Assertions about numbers and tensors, beside those of `node:assert/strict`. */
import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";

/** Asserts that every number is within `tolerance` of the expected one; says which is not. */
export function assertClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assert.equal(got.length, expected.length, "the number of values");
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(got[i]! - expected[i]!) <= tolerance)) {
      assert.fail(`value ${i}: expected ${expected[i]} within ${tolerance}, got ${got[i]}`);
    }
  }
}

/**
 * Asserts that autodiff gives the gradient that central differences of a float64 twin give.
 *
 * @param gradient The gradient found by autodiff
 * @param twin The same function in plain JavaScript numbers
 * @param at Where it was taken
 * @param tolerance Allowed error, relative to the largest difference quotient
 */
export function assertGradient(
  gradient: ArrayLike<number>,
  twin: (at: Float64Array) => number,
  at: ArrayLike<number>,
  tolerance: number,
  step = 1e-5,
): void {
  const point = Float64Array.from(at);
  const expected = point.map((value, i) => {
    point[i] = value + step;
    const above = twin(point);
    point[i] = value - step;
    const below = twin(point);
    point[i] = value;
    return (above - below) / (2 * step);
  });
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
  assertClose(gradient, expected, tolerance * scale);
}

/** Asserts that calling `body` keeps exactly `count` more tensors than there were. */
export function assertTensorsKept(count: number, body: () => void): void {
  const before = tf.memory().numTensors;
  body();
  assert.equal(tf.memory().numTensors - before, count, "tensors kept");
}
