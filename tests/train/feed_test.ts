import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { elementCount } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { Feed } from "@/train/feed.ts";
import { assertTensorsKept } from "../assert.ts";

const CONFIG = { batchSize: 2, imageSize: 1 };

/** Feeds a program of two functions and reads what the next steps get. */
function createProgram(feed: Feed, eager: boolean) {
  const specs = Object.entries(feed.shapes)
    .map(([field, shape]) => [field, { shape, dtype: "float32" }]);
  return jit({
    fill: graphFunction<string, "done">({
      ...Object.fromEntries(specs),
      step: { shape: [], dtype: "float32" },
    }, ({ step, ...fields }) => {
      feed.fill(fields, step as tf.Scalar);
      return { done: tf.scalar(0) };
    }),
    next: graphFunction<never, string>({}, () => {
      const { truth, ...fed } = feed.next();
      feed.advance();
      return { ...fed, ...truth as Record<string, tf.Tensor> };
    }),
  }, { eager });
}

for (const eager of [false, true]) {
  Deno.test(`Feed gives the images of each step in turn, ${eager ? "eagerly" : "traced"}`, () => {
    using feed = new Feed(CONFIG, 3);
    using program = createProgram(feed, eager);
    const next = () =>
      tf.tidy(() => {
        const { images, step } = program.next({});
        assert.deepEqual(images!.shape, [2, 1, 1, 1]);
        return [step!.dataSync()[0], ...images!.dataSync()];
      });
    const fill = (images: number[], step: number) =>
      tf.tidy(() => {
        const shape = [...feed.shapes.images!];
        program.fill({ images: tf.tensor(images, shape), step: tf.scalar(step) });
      });
    fill([1, 2, 3, 4, 5, 6], 7);
    assert.deepEqual([next(), next(), next()], [[7, 1, 2], [8, 3, 4], [9, 5, 6]]);
    fill([10, 20, 30, 40, 0, 0], 10);
    assert.deepEqual(next(), [10, 10, 20]);
    fill([50, 60, 0, 0, 0, 0], 2); // before all that it holds are used
    assert.deepEqual(next(), [2, 50, 60]);
  });
}

for (const eager of [false, true]) {
  Deno.test(`Feed gives what is told of the images, ${eager ? "eagerly" : "traced"}`, () => {
    const config = { batchSize: 2, imageSize: 3 };
    using feed = new Feed(config, 4, ["occupancy", "azimuth"]);
    assert.deepEqual(feed.shapes, {
      images: [4, 2, 3, 3, 1],
      occupancy: [4, 2, 3, 3, 3],
      azimuth: [4, 2],
    });
    using program = createProgram(feed, eager);
    tf.tidy(() => {
      const filled = Object.entries(feed.shapes).map(([field, shape]) => [
        field,
        tf.range(0, elementCount(shape)).reshape([...shape]),
      ]);
      program.fill({ ...Object.fromEntries(filled), step: tf.scalar(5) });
      for (const place of [0, 1]) {
        const { step, ...fields } = program.next({});
        assert.equal(step!.dataSync()[0], 5 + place);
        for (const [field, shape] of Object.entries(feed.shapes)) {
          assert.deepEqual(fields[field]!.shape, shape.slice(1));
          const count = elementCount(shape.slice(1));
          const expected = Array.from({ length: count }, (_, i) => place * count + i);
          assert.deepEqual([...fields[field]!.dataSync()], expected, field);
        }
      }
    });
  });
}

Deno.test("Feed keeps no tensor but its own", () => {
  using feed = new Feed(CONFIG, 3, ["azimuth"]);
  assertTensorsKept(0, () =>
    tf.tidy(() => {
      feed.fill({ images: tf.zeros([3, 2, 1, 1, 1]), azimuth: tf.zeros([3, 2]) }, tf.scalar(0));
      feed.next();
      feed.advance();
    }));
});
