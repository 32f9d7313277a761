import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { halvingConv2d } from "@/model/biased_layers.ts";
import { groupNorm } from "@/model/group_norm.ts";
import { createImageFeatures, FEATURES } from "@/model/image_features.ts";
import { assertClose } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, S, FILTERS] = [2, 32, 8];
const features = createImageFeatures("some", S, FILTERS);
const images = () => tf.abs(randomTensor([B, S, S, 1], 1)) as tf.Tensor4D;

Deno.test("createImageFeatures() is four convolutions with group norm, then dense, by its layers", () => {
  tf.tidy(() => {
    const pass = passOf(features.parameters);
    let x = images();
    for (const [i, inputs] of [1, 8, 16, 32].entries()) {
      const outputs = [8, 16, 32, 32][i]!;
      const conv = halvingConv2d(`some/conv${i + 1}`, inputs, outputs);
      const norm = groupNorm<tf.Tensor4D>(`some/norm${i + 1}`, outputs);
      x = tf.leakyRelu(norm.apply(pass, conv.apply(pass, x)), 0.2);
    }
    assert.deepEqual(x.shape, [B, 2, 2, 32]);
    const { "some/hidden/weights": weights, "some/hidden/bias": bias } = pass.values;
    const hidden = tf.add(tf.matMul(x.reshape([B, 128]), weights as tf.Tensor2D), bias!);
    const got = features.apply(pass, images());
    assert.deepEqual(got.shape, [B, FEATURES]);
    assertClose(got.dataSync(), tf.leakyRelu(hidden, 0.2).dataSync(), 1e-5);
  });
});

Deno.test("createImageFeatures() names its parameters after itself", () => {
  const names = Object.keys(features.parameters);
  assert.ok(names.every((name) => name.startsWith("some/")));
  assert.equal(names.length, 4 * 4 + 2);
});
