import assert from "node:assert/strict";
import type { NpyArray } from "@/data/formats/npy.ts";
import { inFileAxes, voxelGrids } from "@/data/voxel_grids.ts";

/** Makes an array of zeros with one occupied cell (x, y, z) in each grid. */
function oneCell(shape: readonly number[], [x, y, z]: readonly [number, number, number]): NpyArray {
  const size = shape.at(-1)!;
  const values = new Uint8Array(shape.reduce((product, length) => product * length, 1));
  for (let start = 0; start < values.length; start += size ** 3) {
    values[start + (x * size + y) * size + z] = 1;
  }
  return { shape, values, isUint8: true, trailing: 0 };
}

Deno.test("voxelGrids() turns x, y and upward z into columns, depth and rows from the top", () => {
  const { size, count, voxels } = voxelGrids(oneCell([4, 4, 4], [1, 2, 3]), "a.npy");
  assert.deepEqual([size, count], [4, 1]);
  assert.equal(voxels.indexOf(1), (2 * 4 + 0) * 4 + 1); // d = y, h = 3 - z, w = x
});

Deno.test("voxelGrids() reads several grids", () => {
  const { count, voxels } = voxelGrids(oneCell([2, 3, 3, 3], [0, 1, 0]), "a.npy");
  assert.equal(count, 2);
  const at = (1 * 3 + 2) * 3;
  assert.deepEqual([voxels[at], voxels[27 + at]], [1, 1]);
  assert.equal(voxels.reduce((sum, value) => sum + value, 0), 2);
});

Deno.test("inFileAxes() turns columns, depth and rows into x, y and upward z", () => {
  const cells = new Uint8Array(2 * 3 * 4);
  cells[(1 * 3 + 0) * 4 + 2] = 1; // d = 1, h = 0, w = 2
  const file = inFileAxes(cells, [2, 3, 4]);
  assert.deepEqual(file.shape, [4, 2, 3]);
  assert.equal(file.cells.indexOf(1), (2 * 2 + 1) * 3 + 2); // x = w, y = d, z = 2 - h
  assert.equal(file.cells.reduce((sum, value) => sum + value, 0), 1);
});

Deno.test("inFileAxes() is what voxelGrids() undoes", () => {
  const cells = Uint8Array.from({ length: 5 ** 3 }, (_, i) => (i * i + i >> 2) % 2);
  const file = inFileAxes(cells, [5, 5, 5]);
  const array = { shape: file.shape, values: file.cells, isUint8: true, trailing: 0 };
  assert.notDeepEqual(file.cells, cells);
  assert.deepEqual(voxelGrids(array, "a.npy").voxels, cells);
});

Deno.test("voxelGrids() unpacks bits, even if the last byte is not full", () => {
  for (const size of [2, 3, 4, 5]) {
    const plain = oneCell([2, size, size, size], [1, 0, 1]);
    const rowSize = Math.ceil(size ** 3 / 8);
    const values = new Uint8Array(2 * rowSize);
    plain.values.forEach((value, i) => {
      const bit = i % size ** 3;
      values[Math.floor(i / size ** 3) * rowSize + (bit >> 3)]! |= value << (7 - bit % 8);
    });
    const packed = { shape: [2, rowSize], values, isUint8: true, trailing: 0 };
    assert.deepEqual(voxelGrids(packed, "a"), voxelGrids(plain, "a"));
  }
});

Deno.test("voxelGrids() accepts any type of 0 and 1", () => {
  const values = new Float64Array(8).fill(1);
  const { voxels } = voxelGrids({ shape: [2, 2, 2], values, isUint8: false, trailing: 0 }, "a.npy");
  assert.deepEqual([...voxels], new Array(8).fill(1));
});

Deno.test("voxelGrids() drops axes of length 1 that are none of X, Y and Z", () => {
  const cases = [
    { shape: [3, 3, 3, 1], plain: [3, 3, 3] },
    { shape: [3, 3, 3, 1, 1], plain: [3, 3, 3] },
    { shape: [2, 3, 3, 3, 1], plain: [2, 3, 3, 3] },
    { shape: [2, 1, 3, 3, 3], plain: [2, 3, 3, 3] },
    { shape: [1, 2, 3, 3, 3], plain: [2, 3, 3, 3] },
    { shape: [1, 1, 3, 3, 3], plain: [3, 3, 3] },
    { shape: [1, 3, 3, 3, 1], plain: [1, 3, 3, 3] },
  ];
  for (const { shape, plain } of cases) {
    const array = oneCell(plain, [0, 1, 2]);
    const { isSqueezed, ...grids } = voxelGrids({ ...array, shape }, "a.npy");
    const { isSqueezed: isPlainSqueezed, ...plainGrids } = voxelGrids(array, "a.npy");
    assert.deepEqual([isSqueezed, isPlainSqueezed], [true, false]);
    assert.deepEqual(grids, plainGrids, `[${shape}]`);
  }
});

Deno.test("voxelGrids() keeps the axes of grids with one cell", () => {
  for (const [shape, count] of [[[1, 1, 1], 1], [[5, 1, 1, 1], 5]] as const) {
    const grids = voxelGrids(oneCell(shape, [0, 0, 0]), "a.npy");
    assert.deepEqual([grids.size, grids.count, grids.isSqueezed], [1, count, false]);
  }
});

/** Arrays that are not grids, and their error messages. */
const REFUSED = [
  {
    shape: [8],
    name: "TypeError",
    message: "the shape must be [N, X, Y, Z], [X, Y, Z], or [N, bytes] of bit-packed uint8, " +
      "got [8]",
  },
  {
    shape: [2, 3, 3, 4],
    name: "RangeError",
    message: "each grid must be a cube, got shape [2, 3, 3, 4]; pad the shorter axes with 0",
  },
  {
    shape: [3, 3, 1, 3],
    name: "RangeError",
    message: "each grid must be a cube, got shape [3, 3, 1, 3]; pad the shorter axes with 0",
  },
  {
    shape: [2, 2, 3, 3, 3],
    name: "TypeError",
    message: "the shape must be [N, X, Y, Z], [X, Y, Z], or [N, bytes] of bit-packed uint8, " +
      "got [2, 2, 3, 3, 3]",
  },
  {
    shape: [2, 3],
    name: "RangeError",
    message: "each grid must be a cube, got shape [2, 3] of packed bits; " +
      "pad the shorter axes with 0",
  },
  {
    shape: [0, 0, 0],
    name: "RangeError",
    message: "each grid must be a cube, got shape [0, 0, 0]; pad the shorter axes with 0",
  },
  {
    shape: [0, 2, 2, 2],
    name: "RangeError",
    message: "there must be at least one grid, got shape [0, 2, 2, 2]",
  },
  {
    shape: [2, 2, 2],
    fill: 0.5,
    name: "RangeError",
    message:
      "each cell must be 0 or 1, got 0.5 in grid 0; threshold the values first, as by array >= 0.5",
  },
  {
    shape: [2, 2, 2, 2],
    fill: NaN,
    name: "RangeError",
    message:
      "each cell must be 0 or 1, got NaN in grid 0; threshold the values first, as by array >= 0.5",
  },
  {
    shape: [2, 2, 2],
    fill: 0,
    name: "RangeError",
    message: "at least one grid must have an occupied cell, got 1 empty",
  },
];

for (const { shape, fill = 1, name, message } of REFUSED) {
  Deno.test(`voxelGrids() refuses shape [${shape.join(", ")}] filled with ${fill}`, () => {
    const values = new Float64Array(shape.reduce((product, length) => product * length, 1));
    const array = { shape, values: values.fill(fill), isUint8: true, trailing: 0 };
    const expected = { name, message: `Cannot read voxels "a.npy": ${message}` };
    assert.throws(() => voxelGrids(array, "a.npy"), expected);
  });
}

Deno.test("voxelGrids() leaves out the grids that are empty, and names them", () => {
  const array = oneCell([3, 2, 2, 2], [0, 0, 0]);
  const [whole, size] = [voxelGrids(array, "a.npy"), 8];
  assert.deepEqual(whole.leftOut, []);
  array.values[size] = 0;
  const { count, voxels, leftOut } = voxelGrids(array, "a.npy");
  assert.equal(count, 2);
  assert.deepEqual(voxels, whole.voxels.filter((_, i) => Math.floor(i / size) !== 1));
  assert.deepEqual(leftOut, ['grid 1 of "a.npy" is empty']);
});

Deno.test("voxelGrids() tells of bytes behind the array", () => {
  const { leftOut } = voxelGrids({ ...oneCell([3, 3, 3], [0, 1, 0]), trailing: 84 }, "a.npy");
  assert.deepEqual(leftOut, ['84 bytes behind the array of "a.npy", as numpy.load does']);
});
