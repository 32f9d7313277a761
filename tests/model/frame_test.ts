import * as tf from "@/engine/tf.ts";
import assert from "node:assert/strict";
import { createFrame } from "@/model/frame.ts";
import { assertTensorsKept } from "../assert.ts";

Deno.test("createFrame() puts images in the middle of a black square, and takes them out again", () => {
  const frame = createFrame(2, 4);
  assert.deepEqual([frame.size, frame.border], [4, 1]);
  tf.tidy(() => {
    const images = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
    const framed = frame.pad(images);
    assert.deepEqual(framed.shape, [2, 4, 4]);
    assert.deepEqual(framed.arraySync()[0], [
      [0, 0, 0, 0],
      [0, 1, 2, 0],
      [0, 3, 4, 0],
      [0, 0, 0, 0],
    ]);
    assert.deepEqual([...frame.crop(framed).dataSync()], [...images.dataSync()]);
  });
});

Deno.test("createFrame() leaves images alone that fit", () => {
  for (const side of [16, 32]) {
    const { size, border } = createFrame(side, 16);
    assert.deepEqual([size, border], [side, 0]);
  }
  assert.deepEqual(createFrame(28, 16).size, 32);
});

Deno.test("createFrame() keeps its results alone, inside a tidy", () => {
  const frame = createFrame(2, 4);
  const images = tf.ones([1, 2, 2, 1]) as tf.Tensor4D;
  assertTensorsKept(1, () => tf.tidy(() => frame.pad(images)));
  images.dispose();
});
