import assert from "node:assert/strict";
import { createRandom } from "@/engine/random.ts";
import { fillHidden } from "@/render/hidden.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";

const [DEPTH, HEIGHT, WIDTH] = [6, 4, 6];
const SIZE: VoxelGrid["size"] = [DEPTH, HEIGHT, WIDTH];

/** Random grids, most cells of which are nearly empty, as a shape's are. */
function randomGrid(seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: DEPTH * HEIGHT * WIDTH }, () => random.uniform() ** 3);
}

const fill = (occupancy: ArrayLike<number>, size = SIZE) =>
  fillHidden({ occupancy, size }).occupancy;

/** Layers of rows of a drawing: `#` is 1. */
const layer = (...rows: string[]) =>
  Float32Array.from(rows.join(""), (mark) => mark === "#" ? 1 : 0);
const drawn = (values: Float32Array, side: number) =>
  Array.from(
    { length: side },
    (_, d) =>
      [...values.subarray(d * side, (d + 1) * side)].map((value) => value ? "#" : ".").join(""),
  );

Deno.test("fillHidden() fills what is closed all around, and what opens to one side alone", () => {
  const cases: [string[], string[]][] = [
    [["#####", "#...#", "#...#", "#...#", "#####"], ["#####", "#####", "#####", "#####", "#####"]],
    // The price: between two arms and a back.
    [["#...#", "#...#", "#...#", "#...#", "#####"], ["#####", "#####", "#####", "#####", "#####"]],
    // A view along both walls shows the gap; one to the corner shows that it is one.
    [["#...#", "#...#", "#...#", "#...#", "#...#"], ["#...#", "#...#", "#...#", "#...#", "#...#"]],
    [["#....", "#....", "#....", "#....", "#####"], ["#....", "##...", "###..", "####.", "#####"]],
    // Four legs stay four.
    [["#...#", ".....", ".....", ".....", "#...#"], ["#...#", ".....", ".....", ".....", "#...#"]],
  ];
  for (const [before, after] of cases) {
    const got = drawn(fill(layer(...before), [5, 1, 5]), 5);
    assert.deepEqual(got, after);
  }
});

/** The equation cell by cell, in float64. */
function twin(occupancy: Float32Array): number[] {
  const pixel = (cell: number, direction: number) => {
    const [w, d] = [cell % WIDTH, Math.floor(cell / WIDTH / HEIGHT)];
    const angle = direction * Math.PI / 12;
    const [x, z] = [w - (WIDTH - 1) / 2, d - (DEPTH - 1) / 2];
    return Math.floor(x * Math.cos(angle) - z * Math.sin(angle) + WIDTH / 2 + 1e-9);
  };
  const row = (cell: number) => Math.floor(cell / WIDTH) % HEIGHT;
  return Array.from(occupancy, (_, p) => {
    const best = Array.from({ length: 12 }, (_, direction) => {
      const seen = Array.from(occupancy).filter((_, q) =>
        row(q) === row(p) && pixel(q, direction) === pixel(p, direction)
      );
      return Math.max(...seen);
    });
    return Math.min(...best);
  });
}

Deno.test("fillHidden() gives what its equation gives, cell by cell", () => {
  const grid = randomGrid(1);
  assert.deepEqual([...fill(grid)], twin(grid));
});

Deno.test("fillHidden() lowers no cell, fills rows by themselves, and has nothing left to fill", () => {
  const grid = randomGrid(2);
  const filled = fill(grid);
  assert.ok(filled.every((value, cell) => value >= grid[cell]!));
  assert.ok(filled.some((value, cell) => value > grid[cell]!));
  assert.deepEqual(fill(filled), filled);
  const others = grid.map((value, cell) => Math.floor(cell / WIDTH) % HEIGHT === 1 ? value : 0);
  filled.forEach((value, cell) => {
    if (Math.floor(cell / WIDTH) % HEIGHT === 1) assert.equal(fill(others)[cell], value);
  });
});

Deno.test("fillHidden() cut at a threshold is the visual hull of the shape that is cut there", () => {
  const grid = randomGrid(3);
  for (const threshold of [0.1, 0.3, 0.5]) {
    const cut = (values: Float32Array) => values.map((value) => value >= threshold ? 1 : 0);
    assert.deepEqual(cut(fill(grid)), fill(cut(grid)));
  }
});

Deno.test("fillHidden() keeps shapes their own mirror image", () => {
  const mirrored = (grid: Float32Array) =>
    grid.map((_, cell) => grid[cell - cell % WIDTH + WIDTH - 1 - cell % WIDTH]!);
  for (const seed of [4, 5, 6]) {
    const grid = randomGrid(seed);
    assert.deepEqual(fill(mirrored(grid)), mirrored(fill(grid)));
  }
});

Deno.test("fillHidden() leaves its argument alone, and an empty grid empty", () => {
  const grid = randomGrid(7);
  const copy = grid.slice();
  fill(grid);
  assert.deepEqual(grid, copy);
  assert.ok(fill(new Float32Array(grid.length)).every((value) => value === 0));
});

Deno.test("fillHidden() refuses grids that are not as deep as wide, or of another size", () => {
  assert.throws(() => fill(new Float32Array(2), [1, 1, 2]), {
    name: "RangeError",
    message: "Cannot fill hidden cells: the grid must be as deep as wide, got 1 and 2",
  });
  assert.throws(() => fill(new Float32Array(5), [2, 1, 2]), {
    name: "TypeError",
    message: "Cannot fill hidden cells: occupancy must have 2 * 1 * 2 = 4 values, got 5",
  });
});
