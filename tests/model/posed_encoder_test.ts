import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { createPosedEncoder, type PosedEncoding } from "@/model/posed_encoder.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, S, Z, BINS] = [2, 32, 3, 5];
const encoder = createPosedEncoder({ imageSize: S, filters: 8, latentSize: Z, bins: BINS });
const images = (count = B) => tf.abs(randomTensor([count, S, S, 1], 1)) as tf.Tensor4D;
const tensorsOf = ({ posterior, poseLogits }: PosedEncoding) => ({
  mean: posterior.mean as tf.Tensor,
  logVariance: posterior.logVariance as tf.Tensor,
  poseLogits: poseLogits as tf.Tensor,
});

/** Encodes with some parameters replaced. */
const encode = (x = images(), values: Record<string, tf.Tensor> = {}) =>
  tensorsOf(encoder.encode(passOf(encoder.parameters, { values }), x));

Deno.test("createPosedEncoder() gives a posterior and the logits of a pose for each image", () => {
  tf.tidy(() => {
    const shapes = Object.values(encode()).map(({ shape }) => shape);
    assert.deepEqual(shapes, [[B, Z], [B, Z], [B, BINS]]);
  });
});

Deno.test("createPosedEncoder() halves images four times, then has 512 features", () => {
  const shapes = Object.fromEntries(
    Object.entries(encoder.parameters).map(([name, { shape }]) => [name, shape]),
  );
  assert.deepEqual(shapes["encoder/conv1/kernel"], [4, 4, 1, 8]);
  assert.deepEqual(shapes["encoder/conv2/kernel"], [4, 4, 8, 16]);
  assert.deepEqual(shapes["encoder/conv3/kernel"], [4, 4, 16, 32]);
  assert.deepEqual(shapes["encoder/conv4/kernel"], [4, 4, 32, 32]);
  assert.deepEqual(shapes["encoder/norm4/scale"], [32]);
  assert.deepEqual(shapes["encoder/hidden/weights"], [(S / 16) ** 2 * 32, 512]);
  assert.deepEqual(shapes["encoder/mean/weights"], [512, Z]);
  assert.deepEqual(shapes["encoder/logVariance/weights"], [512, Z]);
  assert.deepEqual(shapes["encoder/azimuth/weights"], [512, BINS]);
});

Deno.test("createPosedEncoder() keeps log-variances from -10 to 2, and starts near -2", () => {
  tf.tidy(() => {
    const logVariance = (bias?: number) =>
      encode(
        images(),
        bias === undefined ? {} : { "encoder/logVariance/bias": tf.fill([Z], bias) },
      ).logVariance.dataSync();
    const all = (value: number) => new Array(B * Z).fill(value);
    assertClose(logVariance(100), all(2), 1e-5);
    assertClose(logVariance(-100), all(-10), 1e-5);
    // Weights have the deviation 0.02, and of 512 features few are far from 0.
    assertClose(logVariance(), all(-2), 0.5);
  });
});

Deno.test("createPosedEncoder() reads each image by itself, and images differ", () => {
  tf.tidy(() => {
    const both = encode();
    const second = encode(tf.slice(images(), [1, 0, 0, 0], [1, S, S, 1]));
    for (const name of ["mean", "logVariance", "poseLogits"] as const) {
      const values = both[name].dataSync();
      assertClose(second[name].dataSync(), values.slice(values.length / 2), 1e-4);
      assert.notEqual(values[0], values[values.length / 2]);
    }
  });
});

Deno.test("createPosedEncoder() gives every parameter and the images a gradient", () => {
  tf.tidy(() => {
    const names = Object.keys(encoder.parameters);
    const { values } = passOf(encoder.parameters);
    const gradients = tf.grads((x, ...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const { mean, logVariance, poseLogits } = encode(x as tf.Tensor4D, given);
      const sums = [mean, logVariance, poseLogits].map((y) => tf.sum(tf.square(y)));
      return tf.addN(sums) as tf.Scalar;
    })([images(), ...names.map((name) => values[name]!)]);
    for (const [i, name] of ["images", ...names].entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
    }
  });
});

Deno.test("createPosedEncoder() encodes in a graph as it does eagerly, and keeps no tensor", () => {
  const shapes = Object.entries({ ...encoder.parameters, x: { shape: [B, S, S, 1] } });
  const specs = shapes.map(([name, { shape }]) => [name, { shape, dtype: "float32" as const }]);
  const f = graphFunction<string, "mean" | "logVariance" | "poseLogits">(
    Object.fromEntries(specs),
    ({ x, ...values }) => encode(x as tf.Tensor4D, values),
  );
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  assertTensorsKept(0, () => {
    tf.tidy(() => {
      const feeds = { ...passOf(encoder.parameters).values, x: images() };
      const [expected, got] = [eager.f(feeds), traced.f(feeds)];
      for (const [name, tensor] of Object.entries(expected)) {
        assertClose(got[name as "mean"].dataSync(), tensor.dataSync(), 1e-4);
      }
    });
  });
});
