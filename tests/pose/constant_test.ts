import assert from "node:assert/strict";
import { createConstantPose } from "@/pose/constant.ts";
import { azimuthOf } from "@/render/camera.ts";
import * as tf from "@/tf.ts";
import { assertClose } from "../assert.ts";
import { passOf } from "../model/passes.ts";

Deno.test("createConstantPose() gives every picture half a turn and no posterior", () => {
  tf.tidy(() => {
    const strategy = createConstantPose();
    for (const isTraining of [true, false]) {
      const pass = passOf(strategy.parameters, { isTraining });
      const { s, posterior } = strategy.pose(pass, tf.zeros([3, 2, 2, 1]));
      assert.deepEqual([...s.dataSync()], [0, 0, 0]);
      assertClose(azimuthOf(s).dataSync(), [Math.PI, Math.PI, Math.PI], 1e-6);
      assert.equal(posterior, undefined);
    }
  });
});

Deno.test("createConstantPose() has nothing to learn", () => {
  const { parameters, updatedFirst } = createConstantPose();
  assert.deepEqual([parameters, updatedFirst], [{}, []]);
});
