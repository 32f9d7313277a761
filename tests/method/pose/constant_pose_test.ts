import assert from "node:assert/strict";
import { createConstantPose } from "@/method/pose/constant_pose.ts";
import type { Seen } from "@/method/pose/pose.ts";
import { azimuthOf } from "@/render/camera.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";

Deno.test("createConstantPose() gives every image half a turn and no posterior", () => {
  tf.tidy(() => {
    const strategy = createConstantPose();
    for (const isTraining of [true, false]) {
      const pass = passOf(strategy.parameters, { isTraining });
      const seen = { images: tf.zeros([3, 2, 2, 1]), features: tf.zeros([3, 5]) };
      const { s, tilt, posterior } = strategy.pose(pass, seen as Seen);
      assert.deepEqual([...s.dataSync()], [0, 0, 0]);
      assertClose(azimuthOf(s).dataSync(), [Math.PI, Math.PI, Math.PI], 1e-6);
      assert.deepEqual([tilt, posterior], [undefined, undefined]);
    }
  });
});

Deno.test("createConstantPose() has nothing to learn", () => {
  const { parameters, updatedFirst, inferredAngles } = createConstantPose();
  assert.deepEqual([parameters, updatedFirst, inferredAngles], [{}, [], 0]);
});
