import assert from "node:assert/strict";
import { createTexture } from "@/model/texture.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const projections = () => tf.abs(randomTensor([3, 8, 8], 1)) as tf.Tensor3D;

Deno.test("createTexture() paints images in (0, 1) of the projection's shape", () => {
  tf.tidy(() => {
    const texture = createTexture(8);
    const painted = texture.paint(passOf(texture.parameters), projections());
    assert.deepEqual(painted.shape, [3, 8, 8]);
    assert.ok(painted.dataSync().every((value) => value > 0 && value < 1));
  });
});

Deno.test("createTexture() is dense 1000, leaky ReLU, dense, sigmoid", () => {
  const texture = createTexture(8);
  const shapes = Object.entries(texture.parameters).map(([name, { shape }]) => [name, shape]);
  assert.deepEqual(shapes, [
    ["texture/hidden/weights", [64, 1000]],
    ["texture/hidden/bias", [1000]],
    ["texture/picture/weights", [1000, 64]],
    ["texture/picture/bias", [64]],
  ]);
  tf.tidy(() => {
    const values = {
      "texture/hidden/weights": tf.fill([64, 1000], -0.01),
      "texture/picture/weights": tf.fill([1000, 64], 0.005),
      "texture/picture/bias": tf.fill([64], 1),
    };
    const pass = passOf(texture.parameters, { values });
    const painted = texture.paint(pass, tf.ones([1, 8, 8])).dataSync();
    const hidden = 0.2 * -0.64; // leaky below 0
    const expected = 1 / (1 + Math.exp(-(1000 * hidden * 0.005 + 1)));
    assertClose(painted, new Array(64).fill(expected), 1e-5);
  });
});

Deno.test("createTexture() keeps its result alone, inside a tidy", () => {
  const texture = createTexture(8);
  let painted: tf.Tensor;
  assertTensorsKept(1, () => {
    painted = tf.tidy(() => texture.paint(passOf(texture.parameters), projections()));
  });
  painted!.dispose();
});
