/**
 * Cells that no level view can show.
 *
 * @module
 */
import type { VoxelGrid } from "./voxel_grid.ts";

/**
 * Directions of the level views: one every 15 degrees, and the opposite ones, which show the same
 * outline. Choice: 12, as many as figures and scores have views; 24 fill the same to 0.0015 of IoU.
 */
const DIRECTIONS = 12;

/**
 * Fills the cells of a grid that no level view can show:
 *
 * filled(p) = min over directions of (max of the occupancy in p's pixel)
 *
 * where the pixel of a cell is as wide as a cell and holds all the cells that a level camera sees one
 * behind the other. So each cell is raised until some view could tell; the silhouettes stay as they are,
 * and the cells that reach any threshold are the visual hull of those that reached it before.
 *
 * Choice: images from level cameras tell a shell from a solid nowhere, and models that learn from them put
 * matter at the surface. Unseen chairs, of filled solids, gain 0.042 of IoU by it (three seeds: 0.338,
 * 0.369, 0.335 to 0.380, 0.398, 0.388), beds 0.085, sofas 0.031; and the threshold that fits training
 * objects best, which was 0.06 for beds and 0.34 for chairs, becomes 0.50 to 0.56 for all. The price: what
 * is open upwards alone, such as the seat between two armrests and a back, is filled too.
 *
 * @param grid Occupancies `[D, H, W]` in [0, 1], D = W
 * @returns A grid of the same size; no cell has less
 * @throws {RangeError} If the depth is not the width
 * @throws {TypeError} If there are not D * H * W values
 *
 * @example A ring is filled, a gap between two walls is not
 * ```ts
 * import assert from "node:assert/strict";
 * import { fillHidden } from "./hidden.ts";
 *
 * const fill = (occupancy: number[]) => [...fillHidden({ occupancy, size: [3, 1, 3] }).occupancy];
 * assert.equal(fill([1, 1, 1, 1, 0, 1, 1, 1, 1])[4], 1);
 * assert.equal(fill([1, 0, 1, 1, 0, 1, 1, 0, 1])[4], 0);
 * ```
 */
export function fillHidden({ occupancy, size }: VoxelGrid): VoxelGrid & {
  readonly occupancy: Float32Array;
} {
  const [depth, height, width] = size;
  if (depth !== width) {
    throw new RangeError(
      `Cannot fill hidden cells: the grid must be as deep as wide, got ${depth} and ${width}`,
    );
  }
  if (occupancy.length !== depth * height * width) {
    throw new TypeError(
      `Cannot fill hidden cells: occupancy must have ${depth} * ${height} * ${width} = ` +
        `${depth * height * width} values, got ${occupancy.length}`,
    );
  }
  const filled = new Float32Array(occupancy.length).fill(Infinity);
  const pixels = new Float32Array(2 * width);
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const pixelOf = pixelsOf(Math.PI * direction / DIRECTIONS, width);
    for (let row = 0; row < height; row++) {
      pixels.fill(-Infinity);
      eachOfRow(size, row, (cell, place) => {
        const pixel = pixelOf[place]!;
        pixels[pixel] = Math.max(pixels[pixel]!, occupancy[cell]!);
      });
      eachOfRow(size, row, (cell, place) => {
        filled[cell] = Math.min(filled[cell]!, pixels[pixelOf[place]!]!);
      });
    }
  }
  return { occupancy: filled, size };
}

/** Cells on the border of two pixels, as on the diagonal, all belong to one of them, however they round. */
const TIE = 1e-9;

/** Gives the pixel of each cell of a layer `[S, S]`, seen from an azimuth; see `camera.ts`. */
function pixelsOf(azimuth: number, side: number): Int32Array {
  const [cos, sin] = [Math.cos(azimuth), Math.sin(azimuth)];
  const middle = (side - 1) / 2;
  return Int32Array.from({ length: side ** 2 }, (_, place) => {
    const [x, z] = [place % side - middle, Math.floor(place / side) - middle];
    // The corners of a turned layer leave the image by less than half its side.
    return Math.round(x * cos - z * sin + middle + TIE) + Math.ceil(side / 2);
  });
}

/** Goes through a horizontal layer of cells. */
function eachOfRow(
  [depth, height, width]: VoxelGrid["size"],
  row: number,
  visit: (cell: number, place: number) => void,
): void {
  for (let d = 0, place = 0; d < depth; d++) {
    const start = (d * height + row) * width;
    for (let w = 0; w < width; w++, place++) visit(start + w, place);
  }
}
