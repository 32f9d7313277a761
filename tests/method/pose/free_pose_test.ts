import assert from "node:assert/strict";
import { createFreePose } from "@/method/pose/free_pose.ts";
import type { Seen } from "@/method/pose/pose.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";

const SLOTS = 4;
/** Images and what the encoder made of them: all zeros, or others to show that nobody looks. */
const seen = (batch: number, fill = 0): Seen => ({
  images: tf.fill([batch, 2, 3, 1], fill) as tf.Tensor4D,
  features: tf.fill([batch, 5], fill) as tf.Tensor2D,
});

/** A strategy whose posterior is not where it starts: each slot has a mean of its own. */
function strategyOf() {
  const strategy = createFreePose({ batchSize: SLOTS, angles: 1 });
  const values = {
    "pose/mean": randomTensor([SLOTS, 12], 1),
    "pose/logVariance": tf.sub(randomTensor([SLOTS, 12], 2), 2),
  };
  return { strategy, values };
}

Deno.test("createFreePose() gives a pose in (-1, 1) and a posterior for each image", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const { s, posterior } = strategy.pose(passOf(strategy.parameters, { values }), seen(SLOTS));
    assert.deepEqual([s.shape, posterior!.mean.shape, posterior!.logVariance.shape], [
      [SLOTS],
      [SLOTS, 12],
      [SLOTS, 12],
    ]);
    assert.ok(s.dataSync().every((value) => value > -1 && value < 1));
  });
});

Deno.test("createFreePose() starts from N(0, I) in every slot", () => {
  const { parameters, updatedFirst } = createFreePose({ batchSize: SLOTS, angles: 1 });
  assert.deepEqual(updatedFirst, ["pose/mean", "pose/logVariance"]);
  const random = createRandom(1);
  for (const name of updatedFirst) {
    assert.deepEqual(parameters[name]!.shape, [SLOTS, 12]);
    assert.equal(parameters[name]!.initial(random), 0);
  }
});

Deno.test("createFreePose() does not look at the images", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const pass = passOf(strategy.parameters, { values });
    const pose = (fill: number) => [...strategy.pose(pass, seen(SLOTS, fill)).s.dataSync()];
    assert.deepEqual(pose(0), pose(1));
  });
});

Deno.test("createFreePose() gives a smaller batch the first slots", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const pass = passOf(strategy.parameters, { values });
    const { posterior } = strategy.pose(pass, seen(2));
    const expected = tf.slice(values["pose/mean"], [0, 0], [2, 12]).dataSync();
    assert.deepEqual(posterior!.mean.dataSync(), expected);
  });
});

Deno.test("createFreePose() draws in training, anew for every step", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const pose = (step: number) =>
      strategy.pose(passOf(strategy.parameters, { values, step }), seen(SLOTS)).s.dataSync()
        .join();
    assert.equal(pose(0), pose(0));
    assert.notEqual(pose(0), pose(1));
  });
});

Deno.test("createFreePose() is sample, dense 10 tanh, dense 1 tanh", () => {
  tf.tidy(() => {
    const { strategy } = strategyOf();
    // Without spread the sample is the mean; all weights are equal, so the sums can be done by hand.
    const values = {
      "pose/mean": tf.fill([SLOTS, 12], 0.1),
      "pose/logVariance": tf.fill([SLOTS, 12], -100),
      "pose/hidden/weights": tf.fill([12, 10], 0.5),
      "pose/hidden/bias": tf.fill([10], -0.2),
      "pose/output/weights": tf.fill([10, 1], 0.1),
      "pose/output/bias": tf.fill([1], 0.3),
    };
    const { s } = strategy.pose(passOf(strategy.parameters, { values }), seen(SLOTS));
    const expected = Math.tanh(10 * Math.tanh(12 * 0.1 * 0.5 - 0.2) * 0.1 + 0.3);
    assertClose(s.dataSync(), new Array(SLOTS).fill(expected), 1e-6);
  });
});

Deno.test("createFreePose() draws the same poses every time outside training", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const pass = passOf(strategy.parameters, { values, isTraining: false });
    const pose = () => [...strategy.pose(pass, seen(SLOTS)).s.dataSync()];
    assert.deepEqual(pose(), pose());
  });
});

Deno.test("createFreePose() averages half its draws at each end of the range to that end", () => {
  tf.tidy(() => {
    const { strategy } = strategyOf();
    // Every draw ends near -1 or near 1, by the sign of the first unit: the same azimuth.
    const values = {
      "pose/hidden/weights": tf.oneHot(tf.tensor1d([0], "int32"), 12).cast("float32")
        .reshape([12, 1]).tile([1, 10]).mul(1000),
      "pose/output/weights": tf.fill([10, 1], 0.4), // tanh 4 = .9993
    };
    const draws = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => [
      ...strategy.pose(passOf(strategy.parameters, { values, step }), seen(SLOTS)).s.dataSync(),
    ]);
    assert.ok(draws.some((s) => s < -0.999) && draws.some((s) => s > 0.999));
    const pass = passOf(strategy.parameters, { values, isTraining: false });
    const { s } = strategy.pose(pass, seen(SLOTS));
    assertClose(s.dataSync().map(Math.abs), new Array(SLOTS).fill(1), 1e-3); // their mean is near 0
  });
});

Deno.test("createFreePose() averages draws on one side like any other numbers", () => {
  tf.tidy(() => {
    const { strategy } = strategyOf();
    const values = {
      "pose/logVariance": tf.fill([SLOTS, 12], -100),
      "pose/output/bias": tf.fill([1], -0.5),
    };
    const pass = passOf(strategy.parameters, { values, isTraining: false });
    const { s } = strategy.pose(pass, seen(SLOTS));
    assertClose(s.dataSync(), new Array(SLOTS).fill(Math.tanh(-0.5)), 1e-5);
  });
});

Deno.test("createFreePose() gives an elevation as a second output, averaged over the draws", () => {
  tf.tidy(() => {
    const strategy = createFreePose({ batchSize: SLOTS, angles: 2 });
    assert.equal(strategy.inferredAngles, 2);
    const values = {
      "pose/logVariance": tf.fill([SLOTS, 12], -100),
      "pose/output/bias": tf.tensor1d([-0.5, 0.3]),
    };
    for (const isTraining of [true, false]) {
      const pass = passOf(strategy.parameters, { values, isTraining });
      const { s, tilt } = strategy.pose(pass, seen(SLOTS));
      assertClose(s.dataSync(), new Array(SLOTS).fill(Math.tanh(-0.5)), 1e-5);
      assertClose(tilt!.dataSync(), new Array(SLOTS).fill(Math.tanh(0.3)), 1e-5);
    }
  });
});

Deno.test("createFreePose() passes gradients to its variables in training", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const gradients = tf.grads((mean, logVariance) => {
      const given = { "pose/mean": mean!, "pose/logVariance": logVariance! };
      const pass = passOf(strategy.parameters, { values: given });
      return tf.sum(strategy.pose(pass, seen(SLOTS)).s) as tf.Scalar;
    })([values["pose/mean"], values["pose/logVariance"]]);
    for (const gradient of gradients) {
      assert.deepEqual(gradient.shape, [SLOTS, 12]);
      assert.ok(gradient.dataSync().every((value) => value !== 0 && Number.isFinite(value)));
    }
  });
});

Deno.test("createFreePose() refuses a batch with more images than slots", () => {
  tf.tidy(() => {
    const { strategy, values } = strategyOf();
    const pass = passOf(strategy.parameters, { values });
    assert.throws(() => strategy.pose(pass, seen(SLOTS + 1)), {
      name: "RangeError",
      message: "Cannot pose images: a batch must have at most 4, the number of free pose " +
        "variables, got 5; split it",
    });
  });
});

Deno.test("createFreePose() keeps its results alone, inside a tidy", () => {
  let s: tf.Tensor;
  assertTensorsKept(1, () => {
    s = tf.tidy(() => {
      const { strategy, values } = strategyOf();
      const pass = passOf(strategy.parameters, { values, isTraining: false });
      return strategy.pose(pass, seen(SLOTS)).s;
    });
  });
  s!.dispose();
});
