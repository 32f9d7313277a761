import assert from "node:assert/strict";
import * as fc from "fast-check";
import { cellTest } from "@/data/mesh/cell_test.ts";

function touches(corners: readonly number[], [w, h, d]: readonly [number, number, number]) {
  const test = cellTest(Float64Array.from(corners));
  test.prepare();
  return test.at(w, h, d);
}

Deno.test("cellTest() separates cells that a triangle crosses from those it misses", () => {
  const slanted = [0, 0, 0, 4, 0, 0, 0, 4, 4];
  assert.ok(touches(slanted, [0, 0, 0]));
  assert.ok(touches(slanted, [1, 1, 1]));
  assert.ok(!touches(slanted, [0, 0, 3]), "the plane passes below");
  assert.ok(!touches(slanted, [3, 3, 3]), "beyond its long side");
});

Deno.test("cellTest() finds every cell that contains a point of the triangle, in either winding", () => {
  const coordinate = fc.integer({ min: 0, max: 5000 }).map((n) => n / 1000);
  const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
  fc.assert(fc.property(
    fc.array(coordinate, { minLength: 9, maxLength: 9 }),
    share,
    share,
    (corners, s, t) => {
      const [b, c] = s + t > 1 ? [1 - s, 1 - t] : [s, t];
      const point = [0, 1, 2].map((axis) =>
        corners[axis]! * (1 - b - c) + corners[3 + axis]! * b + corners[6 + axis]! * c
      );
      // Not on a face of the cell, where rounding decides.
      fc.pre(point.every((value) => Math.abs(value - Math.round(value)) > 1e-9));
      const cell = point.map(Math.floor) as [number, number, number];
      assert.ok(touches(corners, cell));
      const turned = [...corners.slice(3, 6), ...corners.slice(0, 3), ...corners.slice(6)];
      assert.ok(touches(turned, cell));
    },
  ));
});

Deno.test("cellTest() rejects a cell that a plane separates from the triangle", () => {
  // x + y + z <= 2 holds at the corners of the triangle, and nowhere in the cell at (1, 1, 1).
  assert.ok(!touches([2, 0, 0, 0, 2, 0, 0, 0, 2], [1, 1, 1]));
  assert.ok(touches([3, 0, 0, 0, 3, 0, 0, 0, 3], [1, 1, 0]));
});

Deno.test("cellTest() treats a triangle without area as a line", () => {
  const line = [0.5, 0.5, 0.5, 2.5, 2.5, 0.5, 1.5, 1.5, 0.5];
  assert.ok(touches(line, [1, 1, 0]));
  assert.ok(!touches(line, [2, 0, 0]));
});
