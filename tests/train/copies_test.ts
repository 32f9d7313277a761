import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { createLearner } from "@/method/registry.ts";
import { createCopies, uploadsOf, workOf } from "@/train/copies.ts";
import { LossLog } from "@/train/loss_log.ts";
import { devices } from "@/train/place/devices.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";

const config = { ...TINY, replicas: 6 };
const learner = createLearner(config);
const copiesOf = () =>
  createCopies(devices(6, 3, "CPU"), config, { learner, from: 1, together: 2 });

Deno.test("createCopies() gives each worker the variables of its replicas, and room for their images", () => {
  assertTensorsKept(0, () => {
    const copies = copiesOf();
    const local = copies.map(({ state }) =>
      tf.tidy(() =>
        Object.keys(state.snapshot("local")).filter((name) => name.endsWith("pose/mean"))
      )
        .filter((name) => !name.includes("adam"))
    );
    assert.deepEqual(local, [
      ["pose/mean", "replicas/1/pose/mean"],
      ["replicas/2/pose/mean", "replicas/3/pose/mean"],
      ["replicas/4/pose/mean", "replicas/5/pose/mean"],
    ]);
    for (const { feed } of copies) assert.deepEqual(feed.shapes, { images: [2, 8, 8, 8, 1] });
    for (const copy of copies) copy[Symbol.dispose]();
  });
});

Deno.test("uploadsOf() cuts what a step takes into the parts of the workers", () => {
  const copies = copiesOf();
  const length = 2 * 4 * 8 * 8;
  const uploads = uploadsOf(copies);
  assert.deepEqual(
    uploads.map(({ input, field, start, length, values }) => [
      ...[input, field, start, length, values.length],
    ]),
    [0, 1, 2].map((i) => [`images_${i}`, "images", i * length, length, 2 * length]),
  );
  assert.deepEqual(uploads.map(({ feed }) => feed), copies.map(({ feed }) => feed));
  for (const copy of copies) copy[Symbol.dispose]();
});

Deno.test("workOf() begins with the images that are next, and goes on to the others at the end", () => {
  const [copy, ...others] = copiesOf();
  using log = new LossLog();
  tf.tidy(() => {
    const images = tf.range(0, 2 * 8 * 64).reshape([2, 8, 8, 8, 1]);
    copy!.feed.fill({ images }, tf.scalar(5));
    const work = workOf(copy!, log);
    const seed = tf.tensor1d([1, 5], "int32");
    for (const step of [5, 6]) {
      const given = work.begin(seed);
      assert.equal(given.step.dataSync()[0], step);
      assert.equal(given.images.dataSync()[0], (step - 5) * 8 * 64);
      assert.equal(given.values.length, 2);
      assert.equal(
        given.values[0]!["encoder/conv1/kernel"],
        given.values[1]!["encoder/conv1/kernel"],
      );
      const received = work.phases.map(({ lengths }) =>
        lengths.map((length) => tf.ones([length]) as tf.Tensor1D)
      );
      work.end(given, received);
      // A mean over six replicas, of which all that was given is 1.
      const [row] = [log.rowOf(log.read().dataSync() as Float32Array, step)];
      assert.ok(row.every((value) => Math.abs(value - 1 / 6) < 1e-6));
    }
  });
  for (const each of [copy!, ...others]) each[Symbol.dispose]();
});
