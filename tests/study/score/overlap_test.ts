import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cellsReaching,
  intersectionOverUnion,
  overlapsByThreshold,
  THRESHOLDS,
} from "@/study/score/overlap.ts";

Deno.test("intersectionOverUnion() counts cells set in both and in either", () => {
  assert.equal(intersectionOverUnion([1, 1, 0, 0], [0, 1, 1, 0]), 1 / 3);
  assert.equal(intersectionOverUnion([0.5, 0.49], [1, 1]), 0.5, "from .5 on a cell is set");
  assert.equal(intersectionOverUnion([0.2, 0.1], [0.2, 0.3], 0.2), 0.5);
});

Deno.test("intersectionOverUnion() is symmetric, in [0, 1], and 1 for equal solids", () => {
  const solids = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(solids, (cells) => {
      const a = [1, ...cells.map(([value]) => value)]; // at least one cell is set
      const b = [1, ...cells.map(([, isSet]) => isSet ? 1 : 0)];
      const iou = intersectionOverUnion(a, b);
      assert.ok(iou > 0 && iou <= 1);
      assert.equal(intersectionOverUnion(b, a), iou);
      assert.equal(intersectionOverUnion(a, a), 1);
    }),
    { seed: 1 },
  );
});

Deno.test("overlapsByThreshold() counts the cells that each threshold sets", () => {
  const overlaps = overlapsByThreshold([0.9, 0.5, 0.3, 0.01], [1, 1, 0, 1]);
  const at = (threshold: number) =>
    overlaps[THRESHOLDS.findIndex((each) => Math.abs(each - threshold) < 1e-9)];
  assert.deepEqual([0.02, 0.3, 0.4, 0.5, 0.6, 0.98].map(at), [
    2 / 4,
    2 / 4,
    2 / 3,
    2 / 3,
    1 / 3,
    0,
  ]);
  assert.ok(overlapsByThreshold([0, 0], [0, 0]).every((overlap) => overlap === 1), "both empty");
});

Deno.test("overlapsByThreshold() agrees with cellsReaching() and intersectionOverUnion()", () => {
  const cells = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.nat(1)), { minLength: 1 });
  fc.assert(
    fc.property(cells, (pairs) => {
      const soft = Float32Array.from(pairs, ([percent]) => percent / 100); // also on thresholds
      const truth = pairs.map(([, isSet]) => isSet);
      const expected = THRESHOLDS.map((threshold) =>
        intersectionOverUnion(cellsReaching(threshold, soft), truth)
      );
      assert.deepEqual([...overlapsByThreshold(soft, truth)], expected);
    }),
    { seed: 1 },
  );
});

Deno.test("cellsReaching() includes values equal to the threshold", () => {
  const soft = Float32Array.of(0.13, 0.14, 0.15);
  assert.deepEqual([...cellsReaching(THRESHOLDS[6]!, soft)], [0, 1, 1]);
});
