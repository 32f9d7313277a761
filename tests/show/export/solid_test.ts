import assert from "node:assert/strict";
import { createRandom } from "@/engine/random.ts";
import { fillHidden } from "@/render/hidden.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";
import { extractSurface } from "@/show/export/surface.ts";
import { solidOf } from "@/show/export/solid.ts";
import { piecesOf } from "@/study/score/pieces.ts";
import { assertManifold, eulerCharacteristic, gridOf } from "./surfaces.ts";

/** A column of voxels, from top to bottom: nothing beside it is hidden. */
const column = (...occupancy: number[]): VoxelGrid => ({
  occupancy,
  size: [1, occupancy.length, 1],
});
const run = (count: number, value: number) => new Array<number>(count).fill(value);
const valuesOf = ({ grid }: { grid: VoxelGrid }) => Array.from(grid.occupancy);

Deno.test("solidOf() closes gaps that lack two voxels' worth of matter, and no more", () => {
  // At threshold 0.5 a voxel of 0.25 lacks a half.
  const closed = solidOf(column(...run(9, 1), 0, 0.25, 0.25, ...run(9, 1)), 0.5);
  assert.deepEqual(closed.report, {
    hidden: 0,
    gaps: { count: 1, voxels: 3 },
    specks: { count: 0, share: 0 },
    pieces: 1,
  });
  assert.deepEqual(valuesOf(closed), run(21, 1));
  const open = column(...run(9, 1), 0, 0.25, 0, ...run(9, 1));
  const { grid, report } = solidOf(open, 0.5);
  assert.deepEqual(Array.from(grid.occupancy), open.occupancy, "two shoes are two");
  assert.deepEqual([report.gaps, report.pieces], [{ count: 0, voxels: 0 }, 2]);
});

Deno.test("solidOf() closes gaps one by one, through specks too", () => {
  const chain = column(...run(60, 1), 0, 1, 0, ...run(40, 1), 0.4, ...run(30, 1));
  const { report, grid } = solidOf(chain, 0.5);
  assert.deepEqual(report.gaps, { count: 2, voxels: 3 });
  assert.deepEqual(report.specks, { count: 0, share: 0 });
  assert.deepEqual(Array.from(grid.occupancy), run(134, 1));
});

Deno.test("solidOf() takes the path that lacks the least, not the shortest", () => {
  // Two plates: a gap of one empty voxel at their right, and a detour of good ones at their left.
  const rows = [
    ["####", 1],
    ["+..#", 0],
    ["+..-", 0],
    ["+###", 1],
  ] as const;
  const value: Record<string, number> = { "#": 1, "+": 0.45, "-": 0.1, ".": 0 };
  const drawing = rows.map(([row]) => row).join("");
  const grid: VoxelGrid = {
    occupancy: Array.from({ length: 4 }, () => Array.from(drawing, (mark) => value[mark]!)).flat(),
    size: [4, 4, 4],
  };
  const { report, grid: solid } = solidOf(grid, 0.5);
  assert.deepEqual(report.gaps, { count: 1, voxels: 3 });
  const layers = [0, 1, 2, 3].filter((layer) => solid.occupancy[16 * layer + 8] === 1);
  assert.equal(layers.length, 1, "one path, in one layer");
  assert.equal(solid.occupancy[16 * layers[0]! + 11], Math.fround(0.1), "the short gap stays open");
});

Deno.test("solidOf() drops specks below 2 % of the voxels, with their share, never the largest", () => {
  const specked = column(...run(97, 1), 0, 0, 0, 1, 0, 0, 0, 1, 1);
  const { grid, report } = solidOf(specked, 0.5);
  assert.deepEqual(report.specks, { count: 1, share: 0.01 });
  assert.equal(report.pieces, 2, "2 of 100 voxels are a piece");
  assert.deepEqual(Array.from(grid.occupancy), [...run(97, 1), ...run(7, 0), 1, 1]);
  // All of them are specks: one stays.
  const dust = column(...Array.from({ length: 400 }, (_, i) => i % 4 === 0 ? 1 : 0));
  assert.equal(solidOf(dust, 0.5).report.pieces, 1);
});

Deno.test("solidOf() fills what no level view shows: a shell becomes a ball", () => {
  const full = gridOf(
    [22, 20, 22],
    (x, y, z) => Math.max(0, 9 - Math.hypot(x - 11, y - 10, z - 11)),
  );
  const { size } = full;
  const shell = { size, occupancy: Array.from(full.occupancy, (value) => value > 3 ? 0 : value) };
  assert.equal(eulerCharacteristic(extractSurface(shell, 1)), 4, "one surface in another");
  const { grid, report } = solidOf(shell, 1);
  assert.equal(eulerCharacteristic(extractSurface(grid, 1)), 2);
  const set = ({ occupancy }: VoxelGrid) => Array.from(occupancy, (value) => Number(value >= 1));
  const count = (each: VoxelGrid) => set(each).filter(Boolean).length;
  assert.deepEqual(set(grid), set(fillHidden(full)), "as if it had been full");
  assert.equal(report.hidden, count(grid) - count(shell));
  // Pixels are as wide as voxels, so a convex layer grows by up to half a voxel: 1.13 times at radius 8.
  assert.ok(count(grid) < 1.1 * count(full), `${count(grid)} of ${count(full)}`);
});

Deno.test("solidOf() leaves one piece of noise, watertight, that only adds to what was kept", () => {
  const random = createRandom(1);
  const size: VoxelGrid["size"] = [10, 9, 10];
  for (let trial = 0; trial < 5; trial++) {
    const noise: VoxelGrid = {
      size,
      occupancy: Float32Array.from({ length: 900 }, () => random.uniform() ** 2),
    };
    const copy = Float32Array.from(noise.occupancy);
    const { grid, report } = solidOf(noise, 0.6);
    assert.deepEqual(noise.occupancy, copy, "the argument is left alone");
    assert.equal(piecesOf(grid.occupancy, size, 0.6).count, report.pieces);
    assertManifold(extractSurface(grid, 0.6));
    const filled = fillHidden(noise).occupancy;
    const lowered = filled.filter((value, cell) => grid.occupancy[cell]! < value).length;
    const set = filled.filter((value) => value >= 0.6).length + report.gaps.voxels;
    assert.ok(Math.abs(lowered / set - report.specks.share) < 1e-9);
  }
});

Deno.test("solidOf() leaves a shape below the threshold to the caller", () => {
  const { report } = solidOf(column(0.1, 0.2), 0.5);
  assert.deepEqual(report, {
    hidden: 0,
    gaps: { count: 0, voxels: 0 },
    specks: { count: 0, share: 0 },
    pieces: 0,
  });
});
