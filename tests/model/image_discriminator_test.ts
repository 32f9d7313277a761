import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { createImageDiscriminator } from "@/model/image_discriminator.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, S, FILTERS] = [3, 16, 4];
/** Features in front of the last layer. */
const FLAT = (S / 8) ** 2 * 3 * FILTERS;
const { parameters, logits } = createImageDiscriminator(S, FILTERS);
const images = (count = B) => tf.abs(randomTensor([count, S, S], 1)) as tf.Tensor3D;

Deno.test("createImageDiscriminator() gives a logit for each image", () => {
  tf.tidy(() => {
    const found = logits(passOf(parameters), images());
    assert.deepEqual(found.shape, [B]);
    assert.equal(new Set(found.dataSync()).size, B);
  });
});

Deno.test("createImageDiscriminator() halves images three times, all parameters its own", () => {
  const shapes = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, shape]),
  );
  assert.deepEqual(shapes, {
    "discriminator/conv1/kernel": [4, 4, 1, 3],
    "discriminator/conv1/bias": [3],
    "discriminator/conv2/kernel": [4, 4, 3, 6],
    "discriminator/conv2/bias": [6],
    "discriminator/conv3/kernel": [4, 4, 6, 12],
    "discriminator/conv3/bias": [12],
    "discriminator/output/weights": [FLAT, 1],
    "discriminator/output/bias": [1],
  });
});

/** Layers that can be computed by hand: each gives the same value everywhere. */
function plain(bias: number) {
  return {
    "discriminator/conv1/kernel": tf.zeros([4, 4, 1, 3]),
    "discriminator/conv2/kernel": tf.zeros([4, 4, 3, 6]),
    "discriminator/conv3/kernel": tf.zeros([4, 4, 6, 12]),
    "discriminator/conv3/bias": tf.fill([12], bias),
    "discriminator/output/weights": tf.ones([FLAT, 1]),
    "discriminator/output/bias": tf.tensor1d([0.5]),
  };
}

Deno.test("createImageDiscriminator() sums up leaky features, by hand", () => {
  tf.tidy(() => {
    for (const [bias, feature] of [[1, 1], [-1, -0.2]] as const) {
      const found = logits(passOf(parameters, { values: plain(bias) }), images()).dataSync();
      assertClose(found, new Array(B).fill(FLAT * feature + 0.5), 1e-4);
    }
  });
});

Deno.test("createImageDiscriminator() brings images to [-1, 1] first", () => {
  tf.tidy(() => {
    const grey = tf.fill([1, S, S], 0.5) as tf.Tensor3D;
    const biases = {
      "discriminator/conv1/bias": tf.zeros([3]),
      "discriminator/conv2/bias": tf.zeros([6]),
      "discriminator/conv3/bias": tf.zeros([12]),
      "discriminator/output/bias": tf.tensor1d([0.25]),
    };
    const found = logits(passOf(parameters, { values: biases }), grey).dataSync();
    assertClose(found, [0.25], 1e-6);
  });
});

Deno.test("createImageDiscriminator() drops nothing without a stream, at any step", () => {
  tf.tidy(() => {
    const at = (step: number) => logits(passOf(parameters, { step }), images()).dataSync();
    assert.deepEqual(at(1), at(0));
    const second = logits(passOf(parameters), tf.slice(images(), [1, 0, 0], [1, S, S])).dataSync();
    assertClose(second, [at(0)[1]!], 1e-5);
  });
});

Deno.test("createImageDiscriminator() drops a fifth of the features and scales the others", () => {
  tf.tidy(() => {
    const count = 100;
    const pass = passOf(parameters, { values: plain(1) });
    const found = logits(pass, images(count), "dropped").dataSync();
    // Each logit is 1.25 times as many ones as were kept, plus 0.5.
    const kept = Array.from(found, (logit) => (logit - 0.5) / 1.25);
    assertClose(kept, kept.map(Math.round), 1e-4);
    const share = kept.reduce((sum, features) => sum + features, 0) / count / FLAT;
    assertClose([share], [0.8], 4 * Math.sqrt(0.2 * 0.8 / count / FLAT));
    assert.ok(new Set(kept.map(Math.round)).size > 3, "images lose features of their own");
  });
});

Deno.test("createImageDiscriminator() drops others at other steps and in other streams", () => {
  tf.tidy(() => {
    const drawn = (stream: string, step: number) =>
      logits(passOf(parameters, { step }), images(), stream).dataSync();
    assert.deepEqual(drawn("a", 0), drawn("a", 0));
    assert.notDeepEqual(drawn("a", 0), drawn("b", 0));
    assert.notDeepEqual(drawn("a", 0), drawn("a", 1));
  });
});

Deno.test("createImageDiscriminator() gives every parameter and the images a gradient", () => {
  tf.tidy(() => {
    const names = Object.keys(parameters);
    const { values } = passOf(parameters);
    for (const stream of [undefined, "dropped"]) {
      const gradients = tf.grads((x, ...inputs) => {
        const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
        const pass = passOf(parameters, { values: given });
        return tf.sum(tf.square(logits(pass, x as tf.Tensor3D, stream))) as tf.Scalar;
      })([images(), ...names.map((name) => values[name]!)]);
      for (const [i, name] of ["images", ...names].entries()) {
        const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
        assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
      }
    }
  });
});

Deno.test("createImageDiscriminator() judges in a graph as it does eagerly, keeping no tensor", () => {
  const f = graphFunction({ x: { shape: [B, S, S], dtype: "float32" } }, ({ x }) => ({
    all: logits(passOf(parameters), x as tf.Tensor3D),
    some: logits(passOf(parameters), x as tf.Tensor3D, "dropped"),
  }));
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  assertTensorsKept(0, () => {
    tf.tidy(() => {
      const [expected, got] = [eager.f({ x: images() }), traced.f({ x: images() })];
      assertClose(got.all.dataSync(), expected.all.dataSync(), 1e-5);
      assertClose(got.some.dataSync(), expected.some.dataSync(), 1e-5);
    });
  });
});
