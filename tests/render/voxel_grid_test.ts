import assert from "node:assert/strict";
import { gridAt } from "@/render/voxel_grid.ts";

Deno.test("gridAt() takes one of several cubic grids, and shares their memory", () => {
  const values = Float32Array.from({ length: 3 * 8 }, (_, i) => i);
  const { occupancy, size } = gridAt(values, 1, 3);
  assert.deepEqual(size, [2, 2, 2]);
  assert.deepEqual([...occupancy as Float32Array], [8, 9, 10, 11, 12, 13, 14, 15]);
  values[8] = 99;
  assert.equal(occupancy[0], 99);
});

Deno.test("gridAt() finds the side of large grids despite rounding", () => {
  for (const side of [1, 7, 28, 32, 64]) {
    assert.deepEqual(gridAt(new Float32Array(2 * side ** 3), 1, 2).size, [side, side, side]);
  }
});
