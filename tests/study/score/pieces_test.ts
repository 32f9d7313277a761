import assert from "node:assert/strict";
import fc from "fast-check";
import { EMPTY, labelPieces, piecesOf } from "@/study/score/pieces.ts";

const SIZE = [2, 3, 4] as const;
const CELLS = 24;

Deno.test("piecesOf() joins voxels that share a face, along each axis", () => {
  const pair = (step: number) => {
    const occupancy = new Float32Array(CELLS);
    occupancy[0] = occupancy[step] = 1;
    return piecesOf(occupancy, SIZE, 0.1).count;
  };
  assert.deepEqual([1, 4, 12].map(pair), [1, 1, 1]); // the next column, row and layer
  assert.deepEqual([5, 13, 16, 17].map(pair), [2, 2, 2, 2]); // across an edge or a corner
});

Deno.test("piecesOf() does not join the end of a row with the start of the next", () => {
  const occupancy = new Float32Array(CELLS);
  occupancy[3] = occupancy[4] = 1;
  assert.deepEqual(piecesOf(occupancy, SIZE, 0.1), { count: 2, largestShare: 0.5 });
});

Deno.test("piecesOf() counts a ring, and arms that meet later, as one piece", () => {
  // A ring, and a U whose arms meet in the last row.
  assert.equal(piecesOf([1, 1, 1, 1, 0, 1, 1, 1, 1], [1, 3, 3], 1).count, 1);
  assert.equal(piecesOf([1, 0, 1, 1, 0, 1, 1, 1, 1], [1, 3, 3], 1).count, 1);
});

Deno.test("piecesOf() gives the share of the largest piece, and counts from the threshold on", () => {
  const occupancy = [0.1, 0.1, 0.1, 0, 0.1, 0.09];
  const pieces = piecesOf(occupancy, [1, 1, 6], 0.1);
  assert.deepEqual(pieces, { count: 2, largestShare: 0.75 });
});

Deno.test("piecesOf() finds none in an empty grid, and one in a full one", () => {
  assert.deepEqual(piecesOf(new Float32Array(CELLS), SIZE, 0.1), { count: 0, largestShare: 0 });
  const full = new Float32Array(CELLS).fill(1);
  assert.deepEqual(piecesOf(full, SIZE, 0.1), { count: 1, largestShare: 1 });
});

Deno.test("piecesOf() finds as many pieces in a checkerboard as it has set voxels", () => {
  const occupancy = Float32Array.from(
    { length: 6 ** 3 },
    (_, i) => (i + Math.floor(i / 6) + Math.floor(i / 36)) % 2,
  );
  assert.deepEqual(piecesOf(occupancy, [6, 6, 6], 0.5), { count: 108, largestShare: 1 / 108 });
});

/** The slow way: paint a piece, neighbour after neighbour. */
function paintedPieces(occupancy: readonly number[]): number[] {
  const [depth, height, width] = SIZE;
  const left = new Set(occupancy.flatMap((value, cell) => value > 0 ? [cell] : []));
  const paint = (d: number, h: number, w: number): number => {
    if (d < 0 || h < 0 || w < 0 || d >= depth || h >= height || w >= width) return 0;
    if (!left.delete((d * height + h) * width + w)) return 0;
    return 1 + paint(d - 1, h, w) + paint(d + 1, h, w) + paint(d, h - 1, w) +
      paint(d, h + 1, w) + paint(d, h, w - 1) + paint(d, h, w + 1);
  };
  const sizes: number[] = [];
  for (const cell of [...left]) {
    const row = Math.floor(cell / width);
    const size = paint(Math.floor(row / height), row % height, cell % width);
    if (size > 0) sizes.push(size);
  }
  return sizes;
}

Deno.test("piecesOf() agrees with a flood fill", () => {
  const grids = fc.array(fc.constantFrom(0, 1), { minLength: CELLS, maxLength: CELLS });
  fc.assert(
    fc.property(grids, (occupancy) => {
      const sizes = paintedPieces(occupancy);
      const set = sizes.reduce((sum, size) => sum + size, 0);
      const { count, largestShare } = piecesOf(occupancy, SIZE, 1);
      assert.equal(count, sizes.length);
      assert.equal(largestShare, set === 0 ? 0 : Math.max(...sizes) / set);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("labelPieces() gives the voxels of a piece one label, and counts them", () => {
  const { labels, sizes } = labelPieces([1, 1, 0, 1, 0, 0, 0, 1], [1, 2, 4], 1);
  const [first, , , second] = labels;
  assert.notEqual(first, second);
  assert.deepEqual([...labels], [first, first, EMPTY, second, EMPTY, EMPTY, EMPTY, second]);
  assert.deepEqual(
    [...sizes].toSorted(([a], [b]) => a - b),
    [[first, 2], [second, 2]]
      .toSorted(([a], [b]) => a! - b!),
  );
});

Deno.test("piecesOf() refuses a grid of another size", () => {
  assert.throws(() => piecesOf([1, 2], SIZE, 0.1), {
    name: "TypeError",
    message: "Cannot count pieces: occupancy must have 2 * 3 * 4 = 24 values, got 2",
  });
});
