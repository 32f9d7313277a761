/**
 * Distance between two solids: the Chamfer distance of their surfaces.
 *
 * @module
 */
import { stopButton } from "@/engine/stop_button.ts";
import { squaredDistances } from "./distance.ts";

/** Diagonal of a unit cube, the largest distance in a grid. */
const DIAGONAL = Math.sqrt(3);

/**
 * Gives the symmetric Chamfer distance of two solids' surfaces, in sides of the grid:
 *
 * (mean over a in A of min over b in B of |a - b| + mean over b in B of min over a in A of |a - b|) / 2
 *
 * where A and B are the centres of the surface cells. Nearest neighbours are exact.
 * Choice: distances, not their squares, which a few stray cells would dominate; surfaces, because
 * the inside of a solid is not visible.
 * Choice: the diagonal of the cube, the largest possible distance, if one solid is empty; 0 if both
 * are.
 *
 * @param a `[size, size, size]`, set where not 0
 * @param b The same
 * @param size The grids' side
 * @throws {TypeError} If a grid does not have size^3 cells
 *
 * @example Two cells, three cells apart in a grid of four
 * ```ts
 * import assert from "node:assert/strict";
 * import { chamferDistance } from "./chamfer.ts";
 *
 * const cellAt = (place: number) => Uint8Array.from({ length: 64 }, (_, i) => i === place ? 1 : 0);
 * assert.equal(chamferDistance(cellAt(0), cellAt(3), 4), 3 / 4);
 * ```
 */
export function chamferDistance(a: ArrayLike<number>, b: ArrayLike<number>, size: number): number {
  stopButton.check();
  const [surfaceA, surfaceB] = [surfaceOf(a, size), surfaceOf(b, size)];
  const there = meanDistance(surfaceA, squaredDistances(surfaceB, size));
  const back = meanDistance(surfaceB, squaredDistances(surfaceA, size));
  if (there === undefined && back === undefined) return 0;
  if (there === undefined || back === undefined) return DIAGONAL;
  return (there + back) / 2 / size;
}

/**
 * Gives the set cells of a solid that have an empty cell, or the outside, among their six
 * neighbours.
 *
 * @param solid `[size, size, size]`, set where not 0
 * @returns `[size, size, size]`, 0 or 1
 * @throws {TypeError} If the solid does not have size^3 cells
 */
export function surfaceOf(solid: ArrayLike<number>, size: number): Uint8Array {
  if (solid.length !== size ** 3) {
    throw new TypeError(
      `Cannot find a surface: solid must have ${size}^3 = ${size ** 3} values, got ${solid.length}`,
    );
  }
  const last = size - 1;
  const surface = new Uint8Array(size ** 3);
  for (let cell = 0; cell < surface.length; cell++) {
    if (solid[cell] === 0) continue;
    const isInside = [1, size, size ** 2].every((stride) => {
      const place = Math.floor(cell / stride) % size;
      return place > 0 && place < last && solid[cell - stride] !== 0 && solid[cell + stride] !== 0;
    });
    surface[cell] = isInside ? 0 : 1;
  }
  return surface;
}

/** Averages distances over cells; undefined if there are none. */
function meanDistance(cells: Uint8Array, squared: Float64Array): number | undefined {
  let [sum, count] = [0, 0];
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === 0) continue;
    sum += Math.sqrt(squared[i]!);
    count++;
  }
  return count === 0 ? undefined : sum / count;
}
