import assert from "node:assert/strict";
import {
  differenceFromOwnView,
  meanSquaredDifference,
  novelViewOverlap,
  viewAt,
} from "@/study/score/views_around.ts";
import { assertClose } from "../../assert.ts";

/** Two shapes, four views of two pixels each. */
const AROUND = {
  values: Float32Array.of(1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1),
  count: 2,
  views: 4,
};

Deno.test("viewAt() takes one view of one shape", () => {
  assert.deepEqual([...viewAt(AROUND, 0, 1)], [1, 1]);
  assert.deepEqual([...viewAt(AROUND, 1, 3)], [0, 1]);
});

Deno.test("meanSquaredDifference() is per pixel", () => {
  assertClose([meanSquaredDifference([0, 1, 0.5], [0, 0, 1])], [1.25 / 3], 1e-12);
});

Deno.test("differenceFromOwnView() compares the first view with all others", () => {
  // The first shape: 1/2, 1/2 and 0; the second looks the same from everywhere.
  assertClose([differenceFromOwnView(AROUND)], [1 / 6], 1e-12);
  assert.equal(differenceFromOwnView({ ...AROUND, values: new Float32Array(16).fill(0.3) }), 0);
});

Deno.test("novelViewOverlap() leaves out the own view and is 1 for the truth", () => {
  assert.equal(novelViewOverlap(AROUND, AROUND, { every: 1, isMirrored: false }), 1);
  const own = Float32Array.from(AROUND.values);
  own.set([0, 0], 0); // only the own view of the first shape differs
  const predicted = { ...AROUND, values: own };
  assert.equal(novelViewOverlap(predicted, AROUND, { every: 1, isMirrored: false }), 1);
});

Deno.test("novelViewOverlap() takes every second view, and shapes that turn the other way", () => {
  const reversed = Float32Array.from(AROUND.values);
  for (const start of [0, 8]) {
    reversed.set(AROUND.values.subarray(start + 6, start + 8), start + 2);
    reversed.set(AROUND.values.subarray(start + 2, start + 4), start + 6);
  }
  const predicted = { ...AROUND, values: reversed };
  assert.equal(novelViewOverlap(predicted, AROUND, { every: 1, isMirrored: true }), 1);
  // Unmirrored, the first shape's views 1 and 3 share one of two pixels.
  const unmirrored = novelViewOverlap(predicted, AROUND, { every: 1, isMirrored: false });
  assertClose([unmirrored], [(0.5 + 1 + 0.5 + 3) / 6], 1e-12);
  assert.equal(novelViewOverlap(predicted, AROUND, { every: 2, isMirrored: false }), 1);
});
