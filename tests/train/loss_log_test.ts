import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { CAPACITY, LossLog, LossRow } from "@/train/loss_log.ts";
import { assertTensorsKept } from "../assert.ts";

const row = new LossRow(1);

/** Writes losses a, b of some steps: the step itself, and half of it. */
function writeSteps(log: LossLog, from: number, to: number): Float32Array {
  return tf.tidy(() => {
    for (let step = from; step < to; step++) {
      log.write(row.join(0, { a: tf.scalar(step), b: tf.scalar(step / 2) }), tf.scalar(step));
    }
    return log.read().dataSync() as Float32Array;
  });
}

Deno.test("LossLog keeps the losses of each of the last 64 steps, by name", () => {
  using log = new LossLog();
  const values = writeSteps(log, 0, CAPACITY + 10);
  for (const step of [10, 40, CAPACITY, CAPACITY + 9]) {
    assert.deepEqual(row.lossesOf(log.rowOf(values, step)), { a: step, b: step / 2 });
  }
});

Deno.test("LossLog keeps a loss that is not a number to its own step", () => {
  using log = new LossLog();
  const values = tf.tidy(() => {
    for (const [step, a] of [1, NaN, 3].entries()) {
      log.write(row.join(0, { a: tf.scalar(a) }), tf.scalar(step));
    }
    return log.read().dataSync() as Float32Array;
  });
  const losses = [0, 1, 2].map((step) => row.lossesOf(log.rowOf(values, step)).a);
  assert.deepEqual(losses, [1, NaN, 3]);
});

Deno.test("LossLog keeps no tensor but its own", () => {
  using log = new LossLog();
  assertTensorsKept(0, () => writeSteps(log, 0, 3));
});

Deno.test("LossRow adds up the rows of phases, of names that they share the last one's", () => {
  const row = new LossRow(2);
  tf.tidy(() => {
    const first = { loss: tf.scalar(1), slope: tf.scalar(2) };
    const last = { loss: tf.scalar(3), image: tf.scalar(4) };
    for (let again = 0; again < 2; again++) {
      const joined = row.sum([row.join(0, first), row.join(1, last)]);
      const expected = { loss: 3, image: 4, slope: 2 };
      assert.deepEqual(row.lossesOf(joined.dataSync() as Float32Array), expected);
      const split = Object.entries(row.split(joined)).map(([name, x]) => [name, x.dataSync()[0]]);
      assert.deepEqual(split, Object.entries(expected));
    }
  });
});

Deno.test("LossRow refuses more losses than it has room for", () => {
  const row = new LossRow(2);
  assertTensorsKept(0, () =>
    tf.tidy(() => {
      const names = Array.from({ length: 65 }, (_, i) => `term${i}`);
      const losses = Object.fromEntries(names.map((name) => [name, tf.scalar(0)]));
      assert.throws(() => row.join(0, losses), {
        name: "RangeError",
        message: `Cannot keep losses: there must be at most 64, got ${names.join(", ")}`,
      });
    }));
});
