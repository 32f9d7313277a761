/**
 * The surface of a voxel grid, by marching cubes.
 *
 * @module
 */
import type { VoxelGrid } from "@/render/voxel_grid.ts";
import { CUBE_TABLE, type CubeEdge } from "./cube_table.ts";

/** A closed surface of triangles. */
export interface Surface {
  /**
   * Columns, rows and layers of each vertex `[V, 3]`, in voxels: voxel (d, h, w) has its centre at
   * (w + 0.5, h + 0.5, d + 0.5). The three directions are right-handed.
   */
  readonly positions: Float32Array;
  /** Three vertices of each triangle `[F, 3]`, counterclockwise as seen from outside. */
  readonly triangles: Uint32Array;
}

/**
 * A vertex stays this far from the centres of voxels, in voxels. Choice: a thousandth, so that a
 * density of exactly the threshold makes no triangle without an area.
 */
const CLEARANCE = 1e-3;

/**
 * Gives the surface at which the density, interpolated along the lines between voxels' centres, is
 * the threshold. Outside of the grid the density is 0, as it is for the renderer, so the surface is
 * closed: each side of a triangle belongs to two triangles.
 *
 * @param grid Densities `[D, H, W]`
 * @param threshold The density of the surface, > 0
 * @throws {RangeError} If no voxel reaches the threshold, or the threshold is not > 0
 * @throws {TypeError} If density does not have D * H * W finite values
 *
 * @example One voxel becomes an octahedron
 * ```ts
 * import assert from "node:assert/strict";
 * import { extractSurface } from "./surface.ts";
 *
 * const { positions, triangles } = extractSurface({ occupancy: [1], size: [1, 1, 1] }, 0.5);
 * assert.deepEqual([positions.length / 3, triangles.length / 3], [6, 8]);
 * ```
 */
export function extractSurface(grid: VoxelGrid, threshold: number): Surface {
  checkGrid(grid, threshold);
  const padded = pad(grid);
  const [columns, rows, layers] = padded.counts;
  const strides = [1, columns, columns * rows];
  const corners = Array.from(
    { length: 8 },
    (_, corner) =>
      strides.reduce((offset, stride, axis) => offset + (corner >> axis & 1) * stride, 0),
  );
  const vertices = createVertices(padded, threshold, strides);
  const triangles: number[] = [];
  for (let layer = 0; layer + 1 < layers; layer++) {
    for (let row = 0; row + 1 < rows; row++) {
      for (let column = 0; column + 1 < columns; column++) {
        const at = layer * strides[2]! + row * strides[1]! + column;
        let filled = 0;
        for (let c = 0; c < 8; c++) {
          if (padded.occupancy[at + corners[c]!]! >= threshold) filled |= 1 << c;
        }
        for (const edge of CUBE_TABLE[filled]!) {
          triangles.push(vertices.on(edge, at + corners[edge & 7]!));
        }
      }
    }
  }
  return {
    positions: Float32Array.from(vertices.positions),
    triangles: Uint32Array.from(triangles),
  };
}

/** A grid with one layer of empty voxels around it. */
interface PaddedGrid {
  readonly occupancy: Float64Array;
  /** Columns, rows and layers. */
  readonly counts: readonly [number, number, number];
}

function pad({ occupancy, size: [layers, rows, columns] }: VoxelGrid): PaddedGrid {
  const counts = [columns + 2, rows + 2, layers + 2] as const;
  const padded = new Float64Array(counts[0] * counts[1] * counts[2]);
  for (let layer = 0; layer < layers; layer++) {
    for (let row = 0; row < rows; row++) {
      const from = (layer * rows + row) * columns;
      const to = ((layer + 1) * counts[1] + row + 1) * counts[0] + 1;
      for (let column = 0; column < columns; column++) {
        padded[to + column] = occupancy[from + column]!;
      }
    }
  }
  return { occupancy: padded, counts };
}

/** Makes each vertex once, however many cubes share the edge that it is on. */
function createVertices({ occupancy, counts }: PaddedGrid, threshold: number, strides: number[]) {
  const positions: number[] = [];
  const known = new Map<number, number>();
  return {
    positions,
    /** Gives the vertex on an edge of the cube whose lower corner is padded voxel `low`. */
    on(edge: CubeEdge, low: number): number {
      const axis = edge >> 3;
      const key = 3 * low + axis;
      const found = known.get(key);
      if (found !== undefined) return found;
      const [from, to] = [occupancy[low]!, occupancy[low + strides[axis]!]!];
      const share = (threshold - from) / (to - from);
      const position = [low % counts[0], Math.floor(low / counts[0]) % counts[1]];
      position.push(Math.floor(low / strides[2]!));
      position[axis]! += Math.min(Math.max(share, CLEARANCE), 1 - CLEARANCE);
      // A centre is half a voxel from its corner, and the padding is one voxel wide.
      positions.push(...position.map((along) => along - 0.5));
      known.set(key, known.size);
      return known.size - 1;
    },
  };
}

function checkGrid({ occupancy, size }: VoxelGrid, threshold: number): void {
  const count = size[0] * size[1] * size[2];
  const values = Float64Array.from(occupancy);
  const odd = values.find((value) => !Number.isFinite(value));
  if (values.length !== count || odd !== undefined) {
    const found = values.length === count ? odd : values.length;
    throw new TypeError(
      `Cannot extract a surface: occupancy must have ${
        size.join(" * ")
      } = ${count} finite values, ` +
        `got ${found}`,
    );
  }
  if (!(threshold > 0)) {
    throw new RangeError(
      `Cannot extract a surface: threshold must be a number > 0, got ${threshold}`,
    );
  }
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  if (!(highest >= threshold)) {
    throw new RangeError(
      `Cannot extract a surface: threshold must be at most ${highest}, the highest occupancy, got ` +
        `${threshold}; lower the threshold`,
    );
  }
}
