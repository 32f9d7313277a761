import assert from "node:assert/strict";
import { imagesAt } from "@/data/image_set.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import { reconstructUnseen, type UnseenBatch, unseenCounts } from "@/study/unseen.ts";
import { tinySet } from "../tiny.ts";

/** A model that renders what it is given. */
const inference = {
  batchSize: 4,
  reconstruct: (images: Float32Array) => ({ rendering: images }) as Reconstruction,
} as Inference;

const sets = [{ set: tinySet("a", 6), ratio: 1 }, { set: tinySet("b", 3), ratio: 1 }];

/** The fresh images of one set, each as text. */
function imagesOf(batches: readonly UnseenBatch[], set: number): string[] {
  return batches.flatMap(({ images, fresh }) => {
    const [from, to] = fresh[set]!;
    const area = images.length / 4;
    return Array.from(
      { length: to - from },
      (_, i) => images.slice((from + i) * area, (from + i + 1) * area).join(),
    );
  });
}

Deno.test("reconstructUnseen() lays batches out as in training and says which images are fresh", () => {
  const batches = [...reconstructUnseen(inference, sets)];
  assert.deepEqual(batches.map(({ fresh }) => fresh), [
    [[0, 2], [2, 4]],
    [[0, 2], [2, 3]], // b has a third image, and no fourth
    [[0, 2], [2, 2]],
  ]);
});

Deno.test("reconstructUnseen() meets every image once", () => {
  const batches = [...reconstructUnseen(inference, sets)];
  for (const [i, { set }] of sets.entries()) {
    const expected = Array.from({ length: set.count }, (_, index) => imagesAt(set, [index]).join());
    assert.deepEqual(imagesOf(batches, i).toSorted(), expected.toSorted());
  }
});

Deno.test("reconstructUnseen() gives each batch with what the model made of it", () => {
  for (const { images, reconstruction } of reconstructUnseen(inference, sets)) {
    assert.equal(reconstruction.rendering, images);
  }
});

Deno.test("reconstructUnseen() stops at the limit, and meets the same images again", () => {
  const first = [...reconstructUnseen(inference, sets, { limit: 3 })];
  const all = [...reconstructUnseen(inference, sets)];
  assert.deepEqual(first.map(({ fresh }) => fresh), [[[0, 2], [2, 4]], [[0, 1], [2, 3]]]);
  assert.deepEqual(imagesOf(first, 0), imagesOf(all, 0).slice(0, 3));
});

Deno.test("unseenCounts() gives what there is, up to the limit", () => {
  assert.deepEqual(unseenCounts(sets), [6, 3]);
  assert.deepEqual(unseenCounts(sets, { limit: 4 }), [4, 3]);
});

Deno.test("unseenCounts() refuses a limit that leaves nothing", () => {
  assert.throws(() => unseenCounts(sets, { limit: 0 }), {
    name: "RangeError",
    message: "Cannot take unseen images: limit must be an integer >= 1, got 0",
  });
});
