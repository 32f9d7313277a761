/**
 * The connected pieces of a solid: a clean shape is one, noise is many.
 *
 * @module
 */

/** The pieces of one solid. */
export interface Pieces {
  /** How many there are; 0 if no voxel is set. */
  readonly count: number;
  /** Share of the set voxels in the largest piece, in [0, 1]; 0 if no voxel is set. */
  readonly largestShare: number;
}

/**
 * Counts the pieces of the voxels that reach a threshold. Two voxels are connected if they share a
 * face (6-neighbourhood): matter that only touches at an edge would not hold together.
 *
 * Union-find in one pass over the grid: each voxel is joined with the previous one along each axis.
 *
 * @param occupancy `[D, H, W]`
 * @param size `[D, H, W]`
 * @param threshold Least value of a set voxel
 * @throws {TypeError} If density does not have D * H * W values
 *
 * @example A bar of two voxels, and a separate one
 * ```ts
 * import assert from "node:assert/strict";
 * import { piecesOf } from "./pieces.ts";
 *
 * const pieces = piecesOf([1, 1, 0, 1], [1, 1, 4], 0.5);
 * assert.deepEqual(pieces, { count: 2, largestShare: 2 / 3 });
 * ```
 */
export function piecesOf(
  occupancy: ArrayLike<number>,
  size: readonly [number, number, number],
  threshold: number,
): Pieces {
  const { sizes } = labelPieces(occupancy, size, threshold);
  const counts = [...sizes.values()];
  const set = counts.reduce((sum, count) => sum + count, 0);
  const largest = counts.reduce((most, count) => Math.max(most, count), 0);
  return { count: counts.length, largestShare: set === 0 ? 0 : largest / set };
}

/** The pieces of one solid, cell by cell. */
export interface LabelledPieces {
  /** The label of each voxel's piece, `EMPTY` where it is not set, `[D, H, W]`. */
  readonly labels: Int32Array;
  /** Voxels of each piece, by label. */
  readonly sizes: ReadonlyMap<number, number>;
}

/** The label of a voxel that is not set. */
export const EMPTY = -1;

/** Finds the pieces that `piecesOf` counts; parameters and errors are the same. */
export function labelPieces(
  occupancy: ArrayLike<number>,
  size: readonly [number, number, number],
  threshold: number,
): LabelledPieces {
  const parents = joinNeighbours(occupancy, size, threshold);
  const sizes = new Map<number, number>();
  const labels = parents.map((parent, cell) => {
    if (parent === EMPTY) return EMPTY;
    const root = rootOf(parents, cell);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
    return root;
  });
  return { labels, sizes };
}

/** Gives each set voxel a parent, itself or another of its piece, `[D, H, W]`. */
function joinNeighbours(
  occupancy: ArrayLike<number>,
  [depth, height, width]: readonly [number, number, number],
  threshold: number,
): Int32Array {
  if (occupancy.length !== depth * height * width) {
    throw new TypeError(
      `Cannot count pieces: occupancy must have ${depth} * ${height} * ${width} = ` +
        `${depth * height * width} values, got ${occupancy.length}`,
    );
  }
  const parents = new Int32Array(occupancy.length).fill(EMPTY);
  let cell = 0;
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++, cell++) {
        if (!(occupancy[cell]! >= threshold)) continue;
        parents[cell] = cell;
        if (w > 0) join(parents, cell, cell - 1);
        if (h > 0) join(parents, cell, cell - width);
        if (d > 0) join(parents, cell, cell - width * height);
      }
    }
  }
  return parents;
}

/** Merges the pieces of two voxels, if the other is set. */
function join(parents: Int32Array, cell: number, other: number): void {
  if (parents[other] !== EMPTY) parents[rootOf(parents, cell)] = rootOf(parents, other);
}

/** Finds the voxel that represents a piece; on the way every parent becomes its own grandparent. */
function rootOf(parents: Int32Array, cell: number): number {
  while (parents[cell] !== cell) {
    parents[cell] = parents[parents[cell]!]!;
    cell = parents[cell]!;
  }
  return cell;
}
