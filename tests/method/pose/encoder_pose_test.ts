import assert from "node:assert/strict";
import { createEncoderPose } from "@/method/pose/encoder_pose.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";

const OPTIONS = { featureCount: 3, angles: 2 } as const;
const images = tf.zeros([2, 4, 4, 1]) as tf.Tensor4D;

Deno.test("createEncoderPose() is one dense layer with tanh on the encoder's features", () => {
  tf.tidy(() => {
    const { parameters, pose } = createEncoderPose(OPTIONS);
    const values = {
      "pose/head/weights": tf.tensor2d([[0.1, 1], [0.2, 0], [-0.3, 0]]),
      "pose/head/bias": tf.tensor1d([0.05, -1]),
    };
    const features = tf.tensor2d([[1, 2, 3], [0, -1, 1]]);
    for (const isTraining of [true, false]) {
      const { s, tilt, posterior } = pose(passOf(parameters, { values, isTraining }), {
        images,
        features,
      });
      assertClose(s.dataSync(), [-0.35, -0.45].map(Math.tanh), 1e-6);
      assertClose(tilt!.dataSync(), [0, -1].map(Math.tanh), 1e-6);
      assert.equal(posterior, undefined);
    }
  });
});

Deno.test("createEncoderPose() infers the angles that it is asked for, with everything else", () => {
  const { inferredAngles, updatedFirst, stages } = createEncoderPose({ ...OPTIONS, angles: 1 });
  assert.deepEqual([inferredAngles, updatedFirst], [1, []]);
  assert.deepEqual(stages.map(({ shape }) => shape), [[1]]);
  assert.equal(createEncoderPose(OPTIONS).inferredAngles, 2);
});

Deno.test("createEncoderPose() passes gradients to the features and to its weights", () => {
  tf.tidy(() => {
    const { parameters, pose } = createEncoderPose(OPTIONS);
    const { values } = passOf(parameters);
    const gradients = tf.grads((features, weights) => {
      const given = { ...values, "pose/head/weights": weights! };
      const seen = { images, features: features as tf.Tensor2D };
      const { s, tilt } = pose(passOf(parameters, { values: given }), seen);
      return tf.sum(tf.add(s, tilt!)) as tf.Scalar;
    })([randomTensor([2, 3], 1), values["pose/head/weights"]!]);
    for (const gradient of gradients) {
      assert.ok(gradient.dataSync().every((value) => value !== 0 && Number.isFinite(value)));
    }
  });
});

Deno.test("createEncoderPose() keeps its angles alone, inside a tidy", () => {
  const { parameters, pose } = createEncoderPose(OPTIONS);
  let s: tf.Tensor;
  assertTensorsKept(1, () => {
    s = tf.tidy(() => {
      const features = tf.ones([2, 3]) as tf.Tensor2D;
      return pose(passOf(parameters), { images, features }).s;
    });
  });
  s!.dispose();
});
