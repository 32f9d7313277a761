/**
 * Draws voxel grids as the post does: each voxel a cube, coloured by its position, with fine edges,
 * on white.
 *
 * @module
 */
import { stopButton } from "@/engine/stop_button.ts";
import { THRESHOLD, type VoxelGrid } from "@/render/voxel_grid.ts";
import { type Bitmap, createBitmap } from "./bitmap.ts";
import { createCaster, createHit, type FilledCells } from "./raycast.ts";
import { createShader } from "./voxel_shader.ts";
import { fittingScale, type Vector, viewpoint } from "./viewpoint.ts";

/** How a voxel grid is drawn. */
export interface VoxelView {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Turn about the vertical axis, in radians; 0 by default. */
  readonly azimuth?: number;
  /** How far the camera is raised, in radians in [-pi / 2, pi / 2]; 0 by default. */
  readonly elevation?: number;
  /** Voxels of at least this occupancy are drawn; 0.05 by default, as in the post. */
  readonly threshold?: number;
  /** Rays along a side of each pixel. Choice: 3, beyond which edges hardly get smoother. */
  readonly raysPerSide?: number;
}

/**
 * Draws the voxels whose occupancy reaches the threshold, by an orthographic camera that looks at the
 * grid's centre. The scale depends on the image's size and the elevation only: from every azimuth
 * the whole grid fits, and shapes can be compared.
 *
 * At azimuth a the silhouette is that of the model's projection at azimuth a (see `viewpoint.ts`).
 *
 * @param grid Occupancies `[D, H, W]`
 * @param view Size, viewpoint and threshold
 * @throws {TypeError} If occupancy does not have D * H * W values
 * @throws {RangeError} If width, height or raysPerSide is not an integer >= 1
 *
 * @example A grid of one voxel, half as wide as the image is high
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawVoxels } from "./voxel_drawing.ts";
 *
 * const grid = { occupancy: [1, 0, 0, 0, 0, 0, 0, 0], size: [2, 2, 2] as const };
 * const { pixels } = drawVoxels(grid, { width: 12, height: 8 });
 * assert.notEqual(pixels[(1 * 12 + 4) * 4], 255); // near, top, left: drawn
 * assert.equal(pixels[(1 * 12 + 8) * 4], 255); // near, top, right: white
 * ```
 */
export function drawVoxels(grid: VoxelGrid, view: VoxelView): Bitmap {
  const { width, height, azimuth = 0, elevation = 0, raysPerSide = 3 } = view;
  stopButton.check();
  checkRays(raysPerSide);
  const cells = filledCells(grid, view.threshold ?? THRESHOLD);
  const camera = viewpoint(azimuth, elevation);
  const scale = fittingScale(width, height, elevation);
  const direction = inCells(camera.forward, cells);
  const cast = createCaster(cells, direction);
  const shade = createShader(cells, camera, scale);
  const [stepRight, stepUp] = [inCells(camera.right, cells), inCells(camera.up, cells)];

  const bitmap = createBitmap(width, height);
  const [origin, hit, colour] = [new Float64Array(3), createHit(), new Float64Array(3)];
  for (let pixel = 0; pixel < width * height; pixel++) {
    colour.fill(0);
    for (let ray = 0; ray < raysPerSide ** 2; ray++) {
      const x = pixel % width + (ray % raysPerSide + 0.5) / raysPerSide;
      const y = Math.floor(pixel / width) + (Math.floor(ray / raysPerSide) + 0.5) / raysPerSide;
      const [right, up] = [(x - width / 2) / scale, (height / 2 - y) / scale];
      for (let a = 0; a < 3; a++) {
        origin[a] = cells.counts[a]! / 2 + right * stepRight[a]! + up * stepUp[a]!;
      }
      if (cast(origin, hit)) shade(hit, colour);
      else for (let c = 0; c < 3; c++) colour[c]! += 1; // the white background
    }
    for (let c = 0; c < 3; c++) {
      bitmap.pixels[4 * pixel + c] = 255 * colour[c]! / raysPerSide ** 2;
    }
  }
  return bitmap;
}

function filledCells({ occupancy, size }: VoxelGrid, threshold: number): FilledCells {
  const [depth, rows, columns] = size;
  if (occupancy.length !== depth * rows * columns) {
    throw new TypeError(
      `Cannot draw voxels: occupancy must have ${size.join(" * ")} = ${depth * rows * columns} ` +
        `values, got ${occupancy.length}`,
    );
  }
  const filled = Uint8Array.from(occupancy, (value) => value >= threshold ? 1 : 0);
  return { filled, counts: [columns, rows, depth] };
}

/** Converts a vector (x, y, z) to columns, rows and layers; rows run against y. */
function inCells([x, y, z]: Vector, { counts }: FilledCells): Vector {
  return [x * counts[0] / 2, -y * counts[1] / 2, z * counts[2] / 2];
}

function checkRays(raysPerSide: number): void {
  if (!Number.isInteger(raysPerSide) || raysPerSide < 1) {
    throw new RangeError(
      `Cannot draw voxels: raysPerSide must be an integer >= 1, got ${raysPerSide}`,
    );
  }
}
