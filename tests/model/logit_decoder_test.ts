import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { conv3d, doublingDeconv3d } from "@/model/biased_layers.ts";
import { groupNorm } from "@/model/group_norm.ts";
import { createLogitDecoder } from "@/model/logit_decoder.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, Z, G] = [2, 3, 16];
const decoderOf = (isSymmetric: boolean) =>
  createLogitDecoder({ latentSize: Z, gridSize: G, filters: 32, isSymmetric });
const latent = () => randomTensor([B, Z], 1) as tf.Tensor2D;

/** Decodes with some parameters replaced. */
const decode = (isSymmetric: boolean, values: Record<string, tf.Tensor> = {}, z = latent()) => {
  const decoder = decoderOf(isSymmetric);
  return decoder.decode(passOf(decoder.parameters, { values }), z);
};

/** Blocks that differ a lot from place to place. */
const rough = () => ({ "decoder/blocks/kernel": randomTensor([3, 3, 3, 24, 8], 2) });

Deno.test("createLogitDecoder() gives a grid for each latent, and other grids for others", () => {
  tf.tidy(() => {
    const logits = decode(false);
    assert.deepEqual(logits.shape, [B, G, G, G]);
    const [first, second] = tf.unstack(logits);
    assert.ok(tf.max(tf.abs(tf.sub(first!, second!))).dataSync()[0]! > 1e-3);
  });
});

Deno.test("createLogitDecoder() has layers of 2.5, 1.5 and 0.75 times its filters", () => {
  const { parameters } = decoderOf(true);
  const shapes = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, shape]),
  );
  assert.deepEqual(shapes["decoder/grid/weights"], [Z, (G / 8) ** 3 * 80]);
  assert.deepEqual(shapes["decoder/deconv1/kernel"], [4, 4, 4, 48, 80]);
  assert.deepEqual(shapes["decoder/deconv2/kernel"], [4, 4, 4, 24, 48]);
  assert.deepEqual(shapes["decoder/blocks/kernel"], [3, 3, 3, 24, 8]);
});

Deno.test("createLogitDecoder() starts nearly empty, about a logit of -4", () => {
  tf.tidy(() => {
    for (const isSymmetric of [false, true]) {
      const logits = decode(isSymmetric);
      assertClose(tf.mean(logits).dataSync(), [-4], 0.2);
      assert.ok(tf.max(tf.sigmoid(logits)).dataSync()[0]! < 0.2);
    }
  });
});

Deno.test("createLogitDecoder() lays its eight channels out in blocks of 2x2x2, by hand", () => {
  tf.tidy(() => {
    // No kernel, and the bias of channel i is i: every block is the same.
    const logits = decode(false, {
      "decoder/blocks/kernel": tf.zeros([3, 3, 3, 24, 8]),
      "decoder/blocks/bias": tf.range(0, 8),
    });
    const expected = Array.from({ length: B * G ** 3 }, (_, i) => {
      const [d, h, w] = [Math.floor(i / G / G) % 2, Math.floor(i / G) % 2, i % 2];
      return 4 * d + 2 * h + w;
    });
    assertClose(logits.dataSync(), expected, 0);
  });
});

Deno.test("createLogitDecoder() puts each block where the coarser grid has its cell", () => {
  tf.tidy(() => {
    const values = rough();
    const pass = passOf(decoderOf(false).parameters, { values });
    const { "decoder/grid/weights": weights, "decoder/grid/bias": bias } = pass.values;
    let x = tf.add(tf.matMul(latent(), weights as tf.Tensor2D), bias!)
      .reshape([B, 2, 2, 2, 80]) as tf.Tensor5D;
    const layers = [
      doublingDeconv3d("decoder/deconv1", 80, 48),
      doublingDeconv3d("decoder/deconv2", 48, 24),
      conv3d("decoder/blocks", 24, 8),
    ];
    for (const [i, layer] of layers.entries()) {
      const norm = groupNorm<tf.Tensor5D>(`decoder/norm${i + 1}`, x.shape[4]);
      x = layer.apply(pass, tf.leakyRelu(norm.apply(pass, x), 0.2));
    }
    const half = G / 2;
    assert.deepEqual(x.shape, [B, half, half, half, 8]);
    const cells = x.dataSync();
    const expected = Array.from({ length: B * G ** 3 }, (_, i) => {
      const [b, d, h, w] = [
        Math.floor(i / G ** 3),
        Math.floor(i / G ** 2) % G,
        Math.floor(i / G) % G,
        i % G,
      ];
      const [blockD, blockH, blockW] = [d, h, w].map((place) => Math.floor(place / 2));
      const block = ((b * half + blockD!) * half + blockH!) * half + blockW!;
      return cells[8 * block + 4 * (d % 2) + 2 * (h % 2) + w % 2]!;
    });
    assertClose(decode(false, values).dataSync(), expected, 1e-4);
  });
});

Deno.test("createLogitDecoder() makes shapes their own mirror image, where it is asked to", () => {
  tf.tidy(() => {
    const [symmetric, free] = [decode(true, rough()), decode(false, rough())];
    assertClose(symmetric.dataSync(), tf.reverse(symmetric, 3).dataSync(), 1e-5);
    const mirrored = tf.reverse(free, 3);
    assert.ok(tf.max(tf.abs(tf.sub(free, mirrored))).dataSync()[0]! > 1);
    const mean = tf.div(tf.add(free, mirrored), 2);
    assertClose(symmetric.dataSync(), mean.dataSync(), 1e-4);
    // Up and down, near and far differ all the same.
    for (const axis of [1, 2]) {
      const turned = tf.reverse(symmetric, axis);
      assert.ok(tf.max(tf.abs(tf.sub(symmetric, turned))).dataSync()[0]! > 1);
    }
  });
});

Deno.test("createLogitDecoder() gives every parameter and the latent a gradient", () => {
  tf.tidy(() => {
    const { parameters } = decoderOf(true);
    const names = Object.keys(parameters);
    const { values } = passOf(parameters);
    const gradients = tf.grads((z, ...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      return tf.sum(tf.square(decode(true, given, z as tf.Tensor2D))) as tf.Scalar;
    })([latent(), ...names.map((name) => values[name]!)]);
    for (const [i, name] of ["latent", ...names].entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
    }
  });
});

Deno.test("createLogitDecoder() decodes in a graph as it does eagerly, and keeps no tensor", () => {
  const { parameters } = decoderOf(true);
  const shapes = Object.entries({ ...parameters, z: { shape: [B, Z] } });
  const specs = shapes.map(([name, { shape }]) => [name, { shape, dtype: "float32" as const }]);
  const f = graphFunction<string, "logits">(
    Object.fromEntries(specs),
    ({ z, ...values }) => ({ logits: decode(true, values, z as tf.Tensor2D) }),
  );
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  assertTensorsKept(0, () => {
    tf.tidy(() => {
      const feeds = { ...passOf(parameters).values, z: latent() };
      const [expected, got] = [eager.f(feeds), traced.f(feeds)];
      assertClose(got.logits.dataSync(), expected.logits.dataSync(), 1e-4);
    });
  });
});
