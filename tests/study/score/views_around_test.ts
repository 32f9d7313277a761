import assert from "node:assert/strict";
import {
  differenceFromOwnView,
  meanSquaredDifference,
  novelViewOverlap,
  overlapsByDirection,
  viewAt,
} from "@/study/score/views_around.ts";
import { createRandom } from "@/engine/random.ts";
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
  assert.equal(novelViewOverlap(AROUND, AROUND, { every: 1 }), 1);
  const own = Float32Array.from(AROUND.values);
  own.set([0, 0], 0); // only the own view of the first shape differs
  const predicted = { ...AROUND, values: own };
  assert.equal(novelViewOverlap(predicted, AROUND, { every: 1 }), 1);
});

/** The same shapes, some of which turn the other way. */
function turning(reversed: readonly number[]) {
  const values = Float32Array.from(AROUND.values);
  for (const item of reversed) {
    for (const view of [1, 2, 3]) {
      values.set(viewAt(AROUND, item, AROUND.views - view), (item * AROUND.views + view) * 2);
    }
  }
  return { ...AROUND, values };
}

Deno.test("novelViewOverlap() takes for each shape the direction in which it turns better", () => {
  for (const reversed of [[], [0], [1], [0, 1]]) {
    assert.equal(novelViewOverlap(turning(reversed), AROUND, { every: 1 }), 1);
  }
  // One direction for all views of a shape: forwards 1, 0 and 0 here, backwards 1/2, 0 and 1/2.
  const predicted = turning([]);
  predicted.values.set([1, 1, 1, 1, 0, 1], 2);
  assertClose([novelViewOverlap(predicted, AROUND, { every: 1 })], [(1 / 3 + 1) / 2], 1e-12);
  assertClose([novelViewOverlap(predicted, AROUND, { every: 2 })], [(0 + 1) / 2], 1e-12);
});

Deno.test("overlapsByDirection() compares one shape's views in both orders", () => {
  const predicted = turning([]);
  predicted.values.set([1, 1, 1, 1, 0, 1], 2); // as above
  const first = overlapsByDirection(predicted, AROUND, { item: 0, every: 1 });
  assertClose([first.forwards, first.backwards], [1 / 3, 1 / 3], 1e-12);
  const swapped = overlapsByDirection(turning([0]), AROUND, { item: 0, every: 1 });
  assert.equal(swapped.backwards, 1);
  assert.ok(swapped.forwards < 1);
});

Deno.test("novelViewOverlap() does not depend on the directions of turning", () => {
  const [count, views, pixels] = [3, 6, 5];
  const random = createRandom(1);
  const draw = () => {
    const values = Float32Array.from({ length: count * views * pixels }, () => random.uniform());
    return { values, count, views };
  };
  const [predicted, truth] = [draw(), draw()];
  const reversed = { ...predicted, values: new Float32Array(predicted.values) };
  for (let view = 1; view < views; view++) {
    reversed.values.set(viewAt(predicted, 1, views - view), (views + view) * pixels);
  }
  for (const every of [1, 2]) {
    const overlap = novelViewOverlap(predicted, truth, { every });
    assert.equal(novelViewOverlap(reversed, truth, { every }), overlap);
    assert.ok(overlap > 0 && overlap < 1);
  }
});
