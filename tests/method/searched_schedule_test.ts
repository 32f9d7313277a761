import * as tf from "@/engine/tf.ts";
import { awakeUnits, poseTemperature, ramp, stepSizeShare } from "@/method/searched_schedule.ts";
import { assertClose } from "../assert.ts";

const at = (schedule: (x: tf.Scalar) => tf.Tensor, values: readonly number[]) =>
  tf.tidy(() => values.map((value) => schedule(tf.scalar(value)).dataSync()[0]!));

Deno.test("ramp() rises from 0 to 1 between two shares of the run", () => {
  const rising = at((progress) => ramp(progress, 0.2, 0.6), [0, 0.2, 0.3, 0.4, 0.6, 1]);
  assertClose(rising, [0, 0, 0.25, 0.5, 1, 1], 1e-6);
});

Deno.test("awakeUnits() wakes units one after the other, from 10 to 50 % of the run", () => {
  tf.tidy(() => {
    const awake = (progress: number) => awakeUnits(tf.scalar(progress), 4).dataSync();
    assertClose(awake(0), [0, 0, 0, 0], 0);
    assertClose(awake(0.1), [0, 0, 0, 0], 1e-6);
    assertClose(awake(0.15), [0.5, 0, 0, 0], 1e-5);
    assertClose(awake(0.35), [1, 1, 0.5, 0], 1e-5);
    assertClose(awake(0.5), [1, 1, 1, 1], 1e-5);
    assertClose(awake(1), [1, 1, 1, 1], 0);
  });
});

Deno.test("poseTemperature() falls from 20 to 1 at half-time and to 0.5 at the end", () => {
  const temperatures = at(poseTemperature, [0, 0.25, 0.5, 0.75, 1]);
  assertClose(temperatures, [20, Math.sqrt(20), 1, Math.SQRT1_2, 0.5], 1e-4);
});

Deno.test("stepSizeShare() rises over 200 steps and falls from 60 % of the run on", () => {
  const shares = at((step) => stepSizeShare(step, 1000), [0, 100, 200, 600, 800, 1000]);
  assertClose(shares, [0, 0.5, 1, 1, 0.5, 0.05], 1e-5);
  // The run is short: it falls before it is up.
  assertClose(at((step) => stepSizeShare(step, 100), [80, 100]), [0.4, 0.05], 1e-5);
});
