/**
 * Turns arrays from files into voxel grids in this project's axes.
 *
 * @module
 */
import { unpackBits } from "@/data/formats/bits.ts";
import type { NpyArray } from "@/data/formats/npy.ts";

/** Grids of one size. */
export interface VoxelGrids {
  /** The side of every grid in cells. */
  readonly size: number;
  /** N, the number of grids. */
  readonly count: number;
  /** `[N, D, H, W]`, 0 or 1. */
  readonly voxels: Uint8Array;
}

/** Grids from a file. */
export interface ReadGrids extends VoxelGrids {
  /** One message for each grid that was left out because it is empty, and for bytes behind an array. */
  readonly leftOut: readonly string[];
  /** Whether axes of length 1, such as one of channels, were dropped. */
  readonly isSqueezed: boolean;
}

/**
 * Reads occupancy grids, one byte or one bit per cell.
 *
 * `[N, X, Y, Z]` and `[X, Y, Z]` hold one value per cell. `[N, M]` of uint8 is bit-packed: each row
 * is a grid in C order, most significant bit first (`numpy.packbits`), and M is its volume over 8,
 * rounded up. Axes of length 1 behind z, and beside N, are dropped: nets in Keras take `[N, X, Y, Z, 1]`
 * and in PyTorch `[N, 1, X, Y, Z]`. In a file z is up and objects face -y, as in ModelNet, so the viewer at azimuth 0
 * sees their front: ours[d][h][w] = file[x = w][y = d][z = size - 1 - h]. Empty grids, which data sets
 * do contain, are left out.
 *
 * @param array As read from a file
 * @param name Its file, for messages
 * @throws {TypeError} If the rank is not one of these
 * @throws {RangeError} If the grids are not cubic, there are none, all are empty, or a value is
 *   neither 0 nor 1
 */
export function voxelGrids(array: NpyArray, name: string): ReadGrids {
  const isPacked = array.shape.length === 2 && array.isUint8;
  const shape = isPacked ? array.shape : squeezed(array.shape);
  if (!isPacked && shape.length !== 3 && shape.length !== 4) {
    throw new TypeError(
      `Cannot read voxels "${name}": the shape must be [N, X, Y, Z], [X, Y, Z], ` +
        `or [N, bytes] of bit-packed uint8, got [${array.shape.join(", ")}]`,
    );
  }
  const size = isPacked ? Math.floor(Math.cbrt(shape[1]! * 8) + 1e-9) : shape.at(-1)!;
  const isWhole = isPacked ? Math.ceil(size ** 3 / 8) === shape[1] : isCubic(shape);
  const count = shape.length === 3 ? 1 : shape[0]!;
  if (!isWhole || size === 0) {
    throw new RangeError(
      `Cannot read voxels "${name}": each grid must be a cube, got shape ` +
        `[${array.shape.join(", ")}]` +
        `${isPacked ? " of packed bits" : ""}; pad the shorter axes with 0`,
    );
  }
  if (count === 0) {
    throw new RangeError(
      `Cannot read voxels "${name}": there must be at least one grid, got shape [${
        array.shape.join(", ")
      }]`,
    );
  }
  const cells = isPacked ? unpackBits(array.values, count, size ** 3) : array.values;
  const empty = emptyGrids(cells, size ** 3, name);
  if (empty.size === count) {
    throw new RangeError(
      `Cannot read voxels "${name}": at least one grid must have an occupied cell, ` +
        `got ${count} empty`,
    );
  }
  const kept = Array.from({ length: count }, (_, item) => item).filter((item) => !empty.has(item));
  return {
    size,
    count: kept.length,
    voxels: inOurAxes(cells, kept, size),
    leftOut: [
      ...[...empty].map((item) => `grid ${item} of "${name}" is empty`),
      ...(array.trailing > 0
        ? [`${array.trailing} bytes behind the array of "${name}", as numpy.load does`]
        : []),
    ],
    isSqueezed: shape.length < array.shape.length,
  };
}

/**
 * Drops axes of length 1 that are none of X, Y and Z: behind them if the last three lengths differ,
 * and in front of them if there are more than N. The order of the cells stays.
 */
function squeezed(shape: readonly number[]): readonly number[] {
  let cutShape = shape;
  while (cutShape.length > 3 && cutShape.at(-1) === 1 && !isCubic(cutShape)) {
    cutShape = cutShape.slice(0, -1);
  }
  const inFront = cutShape.slice(0, -3);
  return inFront.length < 2
    ? cutShape
    : [...inFront.filter((length) => length !== 1), ...cutShape.slice(-3)];
}

/** Tells whether the last three axes are as long as each other. */
function isCubic(shape: readonly number[]): boolean {
  return shape.slice(-3).every((length) => length === shape.at(-1));
}

/** Checks every cell; gives the grids that have none set. */
function emptyGrids(cells: ArrayLike<number>, volume: number, name: string): Set<number> {
  const empty = new Set<number>();
  for (let start = 0; start < cells.length; start += volume) {
    let setCount = 0;
    for (let i = start; i < start + volume; i++) {
      const value = cells[i]!;
      if (value !== 0 && value !== 1) {
        throw new RangeError(
          `Cannot read voxels "${name}": each cell must be 0 or 1, got ${value} ` +
            `in grid ${start / volume}; threshold the values first, as by array >= 0.5`,
        );
      }
      setCount += value;
    }
    if (setCount === 0) empty.add(start / volume);
  }
  return empty;
}

/**
 * Gives a grid in the axes that `voxelGrids` reads, so that what is written is read the right way up.
 *
 * @param cells `[D, H, W]`
 * @param size `[D, H, W]`
 * @returns `[X, Y, Z]`, x right, y away from the viewer at azimuth 0, z up:
 *   file[x][y][z] = ours[d = y][h = H - 1 - z][w = x]
 */
export function inFileAxes<Cells extends Float32Array | Uint8Array>(
  cells: Cells,
  [depth, height, width]: readonly [number, number, number],
): { cells: Cells; shape: [number, number, number] } {
  const turned = cells.slice() as Cells;
  let to = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < depth; y++) {
      for (let z = 0; z < height; z++) {
        turned[to++] = cells[(y * height + height - 1 - z) * width + x]!;
      }
    }
  }
  return { cells: turned, shape: [width, depth, height] };
}

/** Reorders some grids of `[N, X, Y, Z]` with z up to `[items, D, H, W]`. */
function inOurAxes(cells: ArrayLike<number>, items: readonly number[], size: number): Uint8Array {
  const voxels = new Uint8Array(items.length * size ** 3);
  let to = 0;
  for (const item of items) {
    for (let d = 0; d < size; d++) {
      for (let h = 0; h < size; h++) {
        for (let w = 0; w < size; w++) {
          voxels[to++] = cells[((item * size + w) * size + d) * size + size - 1 - h]!;
        }
      }
    }
  }
  return voxels;
}
