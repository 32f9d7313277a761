import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { Feed } from "@/train/feed.ts";
import { assertTensorsKept } from "../assert.ts";

const CONFIG = { batchSize: 2, imageSize: 1 };

/** Feeds a program of two functions and reads what the next steps get. */
function createProgram(feed: Feed, eager: boolean) {
  return jit({
    fill: graphFunction({
      images: { shape: feed.shape, dtype: "float32" },
      step: { shape: [], dtype: "float32" },
    }, ({ images, step }) => {
      feed.fill(images, step as tf.Scalar);
      return { done: tf.scalar(0) };
    }),
    next: graphFunction({}, () => ({ ...feed.next() })),
  }, { eager });
}

for (const eager of [false, true]) {
  Deno.test(`Feed gives the images of each step in turn, ${eager ? "eagerly" : "traced"}`, () => {
    using feed = new Feed(CONFIG, 3);
    using program = createProgram(feed, eager);
    const next = () =>
      tf.tidy(() => {
        const { images, step } = program.next({});
        assert.deepEqual(images.shape, [2, 1, 1, 1]);
        return [step.dataSync()[0], ...images.dataSync()];
      });
    const fill = (images: number[], step: number) =>
      tf.tidy(() => {
        program.fill({ images: tf.tensor(images, feed.shape), step: tf.scalar(step) });
      });
    fill([1, 2, 3, 4, 5, 6], 7);
    assert.deepEqual([next(), next(), next()], [[7, 1, 2], [8, 3, 4], [9, 5, 6]]);
    fill([10, 20, 30, 40, 0, 0], 10);
    assert.deepEqual(next(), [10, 10, 20]);
    fill([50, 60, 0, 0, 0, 0], 2); // before all that it holds are used
    assert.deepEqual(next(), [2, 50, 60]);
  });
}

Deno.test("Feed keeps no tensor but its own", () => {
  using feed = new Feed(CONFIG, 3);
  assertTensorsKept(0, () =>
    tf.tidy(() => {
      feed.fill(tf.zeros(feed.shape), tf.scalar(0));
      feed.next();
    }));
});
