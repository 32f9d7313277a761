/**
 * Turns voxel grids about the vertical axis, from one frame to another.
 *
 * A grid `[D, H, W]` fills the cube [-1, 1]^3 as in `render/camera.ts`: x runs with W, y against H,
 * z with D, and a camera at azimuth a reads the grid at R(a) p, with (x, z) -> (x cos a + z sin a,
 * -x sin a + z cos a). Tests compare this file with the renderer.
 *
 * @module
 */

/** The turn from one frame to another. */
export interface Turn {
  /** Radians. */
  readonly offset: number;
  /**
   * Whether near and far are swapped first. Silhouettes cannot tell: a shape with reversed depth
   * that turns the other way gives the same ones.
   */
  readonly isMirrored: boolean;
}

/** Sides of two grids, in cells. */
export interface Sides {
  /** Of the given grid. */
  readonly size: number;
  /** Of the new grid; both fill the same cube. */
  readonly newSize: number;
}

/**
 * Gives the azimuth in the new frame of a camera that was at `azimuth` in the old one: from there,
 * `turnGrid`'s result looks as the grid did before, up to a reversed depth.
 */
export function turnAzimuth(azimuth: number, { offset, isMirrored }: Turn): number {
  return isMirrored ? offset - azimuth : azimuth + offset;
}

/** Gives the turn that brings a camera from azimuth `from` to azimuth `to`. */
export function turnBetween(from: number, to: number, isMirrored: boolean): Turn {
  return { offset: isMirrored ? to + from : to - from, isMirrored };
}

/**
 * Resamples a grid in another frame and at another size:
 *
 * turned(p) = grid(F R(-offset) p), with F: z -> -z if the turn is mirrored
 *
 * trilinear between cell centres, 0 outside the grid.
 *
 * @param grid `[size, size, size]`
 * @param sides `size` and `newSize`
 * @param turn From the grid's frame to the new one
 * @returns `[newSize, newSize, newSize]`
 * @throws {TypeError} If the grid does not have size^3 cells
 *
 * @example A quarter turn brings the near side to the left
 * ```ts
 * import assert from "node:assert/strict";
 * import { turnGrid } from "./turn.ts";
 *
 * const near = [1, 1, 1, 1, 0, 0, 0, 0]; // the layer d = 0
 * const turn = { offset: Math.PI / 2, isMirrored: false };
 * const turned = turnGrid(near, { size: 2, newSize: 2 }, turn);
 * assert.deepEqual([...turned].map(Math.round), [1, 0, 1, 0, 1, 0, 1, 0]); // w = 0
 * ```
 */
export function turnGrid(grid: ArrayLike<number>, sides: Sides, turn: Turn): Float32Array {
  const turned = new Float32Array(sides.newSize ** 3);
  createTurner(turn, sides)(stretchRows(grid, sides), turned);
  return turned;
}

/**
 * Resamples a grid only along its rows, which a turn about the vertical axis does not mix: the half
 * of the work that all turns share.
 *
 * @param grid `[size, size, size]`
 * @returns `[size, newSize, size]`
 * @throws {TypeError} If the grid does not have size^3 cells
 */
export function stretchRows(grid: ArrayLike<number>, { size, newSize }: Sides): Float32Array {
  if (grid.length !== size ** 3) {
    throw new TypeError(
      `Cannot turn a grid: grid must have ${size}^3 = ${size ** 3} values, got ${grid.length}`,
    );
  }
  const stretched = new Float32Array(size * newSize * size);
  for (let row = 0; row < newSize; row++) {
    const at = (row + 0.5) * size / newSize - 0.5;
    for (const [near, weight] of neighbours(at, size)) {
      for (let d = 0; d < size; d++) {
        const [to, from] = [(d * newSize + row) * size, (d * size + near) * size];
        for (let w = 0; w < size; w++) stretched[to + w]! += weight * grid[from + w]!;
      }
    }
  }
  return stretched;
}

/**
 * Prepares a turn for any number of grids.
 *
 * @param turn From the grids' frame to the new one
 * @param sides Their sizes
 * @returns A function that fills `[newSize, newSize, newSize]` with the turned grid, given the
 *   result of `stretchRows`
 */
export function createTurner(
  turn: Turn,
  { size, newSize }: Sides,
): (stretched: Float32Array, turned: Float32Array) => void {
  const { weights, places } = cornersOf(turn, { size, newSize });
  const layer = newSize * size; // cells of one layer of the stretched grid
  const base = places.map((place) => Math.floor(place / size) * layer + place % size);
  return (stretched, turned) => {
    let to = 0;
    for (let d = 0; d < newSize; d++) {
      for (let row = 0; row < newSize; row++) {
        const up = row * size;
        for (let corner = 4 * d * newSize, w = 0; w < newSize; w++, corner += 4) {
          turned[to++] = weights[corner]! * stretched[base[corner]! + up]! +
            weights[corner + 1]! * stretched[base[corner + 1]! + up]! +
            weights[corner + 2]! * stretched[base[corner + 2]! + up]! +
            weights[corner + 3]! * stretched[base[corner + 3]! + up]!;
        }
      }
    }
  };
}

/**
 * Finds the four columns of the old frame around each column of cells of the new one.
 *
 * @returns `weights` and `places` (d * size + w), `[newSize, newSize, 4]`; weight 0 outside the grid
 */
function cornersOf({ offset, isMirrored }: Turn, { size, newSize }: Sides) {
  const weights = new Float32Array(4 * newSize ** 2);
  const places = new Int32Array(4 * newSize ** 2);
  const [cos, sin] = [Math.cos(offset), Math.sin(offset)];
  for (let d = 0; d < newSize; d++) {
    for (let w = 0; w < newSize; w++) {
      const [x, z] = [(2 * w + 1) / newSize - 1, (2 * d + 1) / newSize - 1];
      const column = ((x * cos - z * sin + 1) * size - 1) / 2;
      const depth = (((x * sin + z * cos) * (isMirrored ? -1 : 1) + 1) * size - 1) / 2;
      let corner = 4 * (d * newSize + w);
      for (const [nearDepth, depthWeight] of neighbours(depth, size)) {
        for (const [nearColumn, columnWeight] of neighbours(column, size)) {
          weights[corner] = depthWeight * columnWeight;
          places[corner++] = nearDepth * size + nearColumn;
        }
      }
    }
  }
  return { weights, places };
}

/** Gives the cells on both sides of a fractional index that lie in the grid, with their weights. */
function neighbours(at: number, size: number): [cell: number, weight: number][] {
  const first = Math.floor(at);
  const both: [number, number][] = [[first, first + 1 - at], [first + 1, at - first]];
  return both.filter(([cell]) => cell >= 0 && cell < size);
}
