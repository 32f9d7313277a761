import assert from "node:assert/strict";
import { poseOf } from "@/method/pose/pose.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";

Deno.test("poseOf() takes the first column for the azimuth, the second for the elevation", () => {
  tf.tidy(() => {
    const { s, tilt } = poseOf(tf.tensor2d([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]));
    assertClose(s.dataSync(), [0.1, -0.3, 0.5], 1e-7);
    assertClose(tilt!.dataSync(), [0.2, 0.4, -0.6], 1e-7);
    const level = poseOf(tf.tensor2d([[0.1], [-0.3]]));
    assertClose(level.s.dataSync(), [0.1, -0.3], 1e-7);
    assert.ok(!("tilt" in level));
  });
});

Deno.test("poseOf() passes gradients to each column, also where there is one alone", () => {
  tf.tidy(() => {
    for (const angles of [1, 2]) {
      const gradient = tf.grad((latents) => {
        const { s, tilt } = poseOf(latents as tf.Tensor2D);
        return tf.sum(tf.add(tf.mul(3, s), tf.mul(5, tilt ?? 0))) as tf.Scalar;
      })(tf.zeros([2, angles]));
      assert.deepEqual([...gradient.dataSync()], angles === 1 ? [3, 3] : [3, 5, 3, 5]);
    }
  });
});

Deno.test("poseOf() keeps a tensor for each angle, inside a tidy", () => {
  const latents = tf.tensor2d([[0.1, 0.2]]);
  let angles: tf.Tensor[];
  assertTensorsKept(2, () => {
    angles = tf.tidy(() => {
      const { s, tilt } = poseOf(latents);
      return [s, tilt!];
    });
  });
  tf.dispose([latents, angles!]);
});
