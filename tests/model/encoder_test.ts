import assert from "node:assert/strict";
import { createEncoder } from "@/model/encoder.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const OPTIONS = { imageSize: 12, filters: 4, shapeLatentSize: 5, latentSize: 6 };
const images = (batch = 3) => tf.abs(randomTensor([batch, 12, 12, 1], 1)) as tf.Tensor4D;

/** The norms of the rows of a matrix. */
const norms = (x: tf.Tensor2D) => [...tf.norm(x, 2, 1).dataSync()];

Deno.test("createEncoder() gives a posterior for each image", () => {
  tf.tidy(() => {
    const encoder = createEncoder(OPTIONS);
    const { posterior, features } = encoder.encode(passOf(encoder.parameters), images());
    const { mean, logVariance } = posterior;
    assert.deepEqual([mean.shape, logVariance.shape], [[3, 5], [3, 5]]);
    assert.deepEqual([features.shape, encoder.featureCount], [[3, 4], 4]);
  });
});

Deno.test("createEncoder() halves the image four times, rounding up", () => {
  const { stages, parameters } = createEncoder({ ...OPTIONS, imageSize: 28, filters: 128 });
  assert.deepEqual(stages.map(({ kind, shape }) => [kind, ...shape]), [
    ["input", 28, 28, 1],
    ["conv2d", 14, 14, 128],
    ["conv2d", 7, 7, 128],
    ["conv2d", 4, 4, 128],
    ["conv2d", 2, 2, 128],
    ["dense", 5],
    ["dense", 5],
  ]);
  assert.deepEqual(parameters["encoder/conv1/kernel"]!.shape, [3, 3, 1, 128]);
  assert.deepEqual(parameters["encoder/conv4/kernel"]!.shape, [3, 3, 128, 128]);
  assert.deepEqual(parameters["encoder/mean/weights"]!.shape, [2 * 2 * 128, 5]);
});

Deno.test("createEncoder() clips means to 6 sqrt(Z) and log-variances to sqrt(Z)", () => {
  tf.tidy(() => {
    const encoder = createEncoder(OPTIONS);
    const large = (name: string) => tf.mul(randomTensor(encoder.parameters[name]!.shape, 2), 1000);
    const names = ["encoder/mean/weights", "encoder/logVariance/weights"];
    const values = Object.fromEntries(names.map((name) => [name, large(name)]));
    const { posterior } = encoder.encode(passOf(encoder.parameters, { values }), images());
    assertClose(norms(posterior.mean), new Array(3).fill(6 * Math.sqrt(6)), 1e-3);
    assertClose(norms(posterior.logVariance), new Array(3).fill(Math.sqrt(6)), 1e-3);
  });
});

Deno.test("createEncoder() keeps new statistics of its norms in training, and only then", () => {
  tf.tidy(() => {
    const encoder = createEncoder(OPTIONS);
    const pass = passOf(encoder.parameters);
    encoder.encode(pass, images());
    const statistics = Object.keys(encoder.parameters)
      .filter((name) => !encoder.parameters[name]!.isTrained);
    assert.equal(statistics.length, 8);
    assert.deepEqual(Object.keys(pass.statistics), statistics);
    const outside = passOf(encoder.parameters, { isTraining: false });
    encoder.encode(outside, images());
    assert.deepEqual(outside.statistics, {});
  });
});

Deno.test("createEncoder() encodes each image by itself outside training", () => {
  tf.tidy(() => {
    const encoder = createEncoder(OPTIONS);
    const pass = passOf(encoder.parameters, { isTraining: false });
    const three = images();
    const all = encoder.encode(pass, three).posterior.mean;
    const alone = tf.slice(three, [1, 0, 0, 0], [1, 12, 12, 1]);
    const second = encoder.encode(pass, alone).posterior.mean;
    assertClose(second.dataSync(), tf.slice(all, [1, 0], [1, 5]).dataSync(), 1e-6);
  });
});

Deno.test("createEncoder() passes a gradient to everything that is trained", () => {
  tf.tidy(() => {
    const encoder = createEncoder(OPTIONS);
    const { values } = passOf(encoder.parameters);
    const names = Object.keys(values).filter((name) => encoder.parameters[name]!.isTrained);
    const gradients = tf.grads((...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const pass = passOf(encoder.parameters, { values: { ...values, ...given } });
      const { mean, logVariance } = encoder.encode(pass, images()).posterior;
      return tf.addN([tf.sum(tf.square(mean)), tf.sum(tf.exp(logVariance))]) as tf.Scalar;
    })(names.map((name) => values[name]!));
    for (const [i, name] of names.entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
    }
  });
});

Deno.test("createEncoder() keeps its results alone, inside a tidy", () => {
  const encoder = createEncoder(OPTIONS);
  let results: tf.Tensor[];
  assertTensorsKept(3, () => {
    results = tf.tidy(() => {
      const { posterior, features } = encoder.encode(passOf(encoder.parameters), images());
      return [posterior.mean, posterior.logVariance, features];
    });
  });
  tf.dispose(results!);
});
