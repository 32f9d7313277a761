/**
 * Voxelises meshes.
 *
 * @module
 */
import { cellTest } from "./cell_test.ts";
import type { Mesh } from "@/data/formats/off.ts";

/**
 * Sets every cell that a triangle touches: a conservative voxelisation, which adds no holes to a
 * surface and loses no thin rod.
 *
 * @param mesh Within [-1, 1]^3, in the axes of `render/camera.ts`
 * @param size The side of the grid in cells
 * @returns `[D, H, W]`, 0 or 1
 */
export function surfaceVoxels({ positions, triangles }: Mesh, size: number): Uint8Array {
  const cells = new Uint8Array(size ** 3);
  const corners = new Float64Array(9); // three corners, each as W, H, D counted in cells
  const first = [0, 0, 0];
  const last = [0, 0, 0];
  const touches = cellTest(corners);
  for (let at = 0; at < triangles.length; at += 3) {
    for (let k = 0; k < 3; k++) {
      const corner = 3 * triangles[at + k]!;
      corners[3 * k] = (positions[corner]! + 1) * size / 2;
      corners[3 * k + 1] = (1 - positions[corner + 1]!) * size / 2; // H runs against y
      corners[3 * k + 2] = (positions[corner + 2]! + 1) * size / 2;
    }
    for (let axis = 0; axis < 3; axis++) {
      const [a, b, c] = [corners[axis]!, corners[3 + axis]!, corners[6 + axis]!];
      first[axis] = Math.max(0, Math.floor(Math.min(a, b, c)));
      last[axis] = Math.min(size - 1, Math.floor(Math.max(a, b, c)));
    }
    touches.prepare();
    for (let d = first[2]!; d <= last[2]!; d++) {
      for (let h = first[1]!; h <= last[1]!; h++) {
        const row = (d * size + h) * size;
        for (let w = first[0]!; w <= last[0]!; w++) {
          if (cells[row + w] === 0 && touches.at(w, h, d)) cells[row + w] = 1;
        }
      }
    }
  }
  return cells;
}

/**
 * Sets every cell that the object fills by more than half, and keeps parts too thin for that.
 *
 * Choice: the cells that a surface touches, plus their interior, exceed the solid by half a cell on
 * each side, which doubles a leg one cell wide. So this uses a grid twice as fine, and sets a cell
 * if at least 5 of its 8 fine cells are. Walls and rods too thin for that keep the cells they
 * touch. At 28 cells, the silhouettes of 125 meshes of five categories then have an IoU of 0.78
 * with those of `rasteriseMesh`; with all touched cells it is 0.66.
 *
 * @param mesh Within [-1, 1]^3, in the axes of `render/camera.ts`
 * @param size The side of the grid in cells
 * @param surface Output of `surfaceVoxels` for the same mesh and size
 * @returns `[D, H, W]`, 0 or 1
 */
export function solidVoxels(mesh: Mesh, size: number, surface: Uint8Array): Uint8Array {
  const fine = fillEnclosed(surfaceVoxels(mesh, 2 * size), 2 * size);
  const counts = new Uint8Array(size ** 3); // of 8
  for (let d = 0, at = 0; d < 2 * size; d++) {
    for (let h = 0; h < 2 * size; h++) {
      const row = ((d >> 1) * size + (h >> 1)) * size;
      for (let w = 0; w < 2 * size; w++) counts[row + (w >> 1)]! += fine[at++]!;
    }
  }
  // A surface with small holes may be closed on the coarse grid though not on the fine one.
  const filled = fillEnclosed(surface, size);
  const solid = counts.map((count, cell) => count > 4 || filled[cell] !== surface[cell] ? 1 : 0);
  const besideSolid = spread(solid, size);
  const besideThin = spread(surface.map((is, cell) => is & ~besideSolid[cell]!), size);
  return solid.map((is, cell) => is | (surface[cell]! & besideThin[cell]!));
}

/** Dilates by one cell in all 26 directions. */
function spread(cells: Uint8Array, size: number): Uint8Array {
  let result = cells;
  for (const stride of [1, size, size ** 2]) {
    const before = result;
    result = before.map((is, cell) => {
      const place = Math.floor(cell / stride) % size;
      return is | (place > 0 ? before[cell - stride]! : 0) |
        (place < size - 1 ? before[cell + stride]! : 0);
    });
  }
  return result;
}

/**
 * Fills the interior of a surface: the empty cells with no path to the outside through faces of
 * empty cells. A surface with a hole wider than a cell encloses nothing and stays hollow.
 *
 * @param surface `[D, H, W]`, 0 or 1
 * @param size The side of the grid in cells
 * @returns `[D, H, W]`, 0 or 1: the surface and its interior
 */
export function fillEnclosed(surface: Uint8Array, size: number): Uint8Array {
  const [empty, outside] = [0, 2];
  // A border of empty cells connects the outside. A step out of a row or layer lands in the border
  // of the next, and both ends are walled, so steps need no bounds check.
  const side = size + 2;
  const layer = side ** 2;
  const cells = new Uint8Array(side * layer + 2 * layer);
  cells.fill(1, 0, layer).fill(1, cells.length - layer);
  const rowStart = (d: number, h: number) => (d + 2) * layer + (h + 1) * side + 1;
  for (let d = 0, row = 0; d < size; d++) {
    for (let h = 0; h < size; h++, row += size) {
      cells.set(surface.subarray(row, row + size), rowStart(d, h));
    }
  }
  const waiting = new Int32Array(cells.length); // each cell is queued at most once
  let waitingCount = 0;
  const reach = (cell: number) => {
    if (cells[cell] !== empty) return;
    cells[cell] = outside;
    waiting[waitingCount++] = cell;
  };
  reach(layer);
  while (waitingCount > 0) {
    const cell = waiting[--waitingCount]!;
    reach(cell - 1);
    reach(cell + 1);
    reach(cell - side);
    reach(cell + side);
    reach(cell - layer);
    reach(cell + layer);
  }
  const filled = new Uint8Array(size ** 3);
  for (let d = 0, cell = 0; d < size; d++) {
    for (let h = 0; h < size; h++) {
      const start = rowStart(d, h);
      for (let w = 0; w < size; w++) filled[cell++] = cells[start + w] === outside ? 0 : 1;
    }
  }
  return filled;
}
