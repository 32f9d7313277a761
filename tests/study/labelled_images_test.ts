import assert from "node:assert/strict";
import { drawIndices, labelledImages, pixelsOf } from "@/study/labelled_images.ts";
import { rowCount } from "@/study/rows.ts";
import { assertClose } from "../assert.ts";
import { tinySet } from "../tiny.ts";

Deno.test("drawIndices() draws each image at most once, and the same ones for one seed", () => {
  const set = tinySet("blobs", 20);
  const drawn = drawIndices(set, 12, 1);
  assert.equal(new Set(drawn).size, 12);
  assert.ok(drawn.every((index) => index < 20));
  assert.deepEqual(drawIndices(set, 12, 1), drawn);
  assert.notDeepEqual(drawIndices(set, 12, 2), drawn);
  assert.deepEqual(drawIndices(set, 99, 1).length, 20, "no more than there are");
});

Deno.test("pixelsOf() gives images and labels in the given order", () => {
  const set = tinySet("blobs", 6);
  const { values, labels, length } = pixelsOf(set, [3, 0]);
  assert.deepEqual([length, ...labels], [64, 1, 0]);
  assertClose(values.subarray(64), [...set.pixels.subarray(0, 64)].map((byte) => byte / 255), 1e-6);
});

Deno.test("pixelsOf() refuses a set without labels", () => {
  const { labels: _, ...set } = tinySet("faces", 2);
  assert.throws(() => pixelsOf(set, [0]), {
    name: "TypeError",
    message: "Cannot label images of faces: the set must have labels, got none",
  });
});

Deno.test("labelledImages() draws from both splits of every set", () => {
  const train = [{ set: tinySet("blobs", 20), ratio: 1 }, { set: tinySet("bars", 9), ratio: 1 }];
  const tests = [{ set: tinySet("blobs", 5), ratio: 1 }, { set: tinySet("bars", 7), ratio: 1 }];
  const sets = labelledImages(train, tests, { known: 12, asked: 6, seed: 1 });
  assert.deepEqual(sets.map(({ set }) => set), ["blobs", "bars"]);
  assert.deepEqual(sets.map(({ known }) => rowCount(known)), [12, 9]);
  assert.deepEqual(sets.map(({ asked }) => rowCount(asked)), [5, 6]);
  assert.deepEqual(sets[0]!.classNames, ["round", "square"]);
  assert.deepEqual(sets[0]!.known, pixelsOf(train[0]!.set, drawIndices(train[0]!.set, 12, 1)));
});
