/**
 * A shape as a mesh, in the coordinates that 3D software expects.
 *
 * @module
 */
import { type Vector, viewpoint } from "@/show/plot/viewpoint.ts";
import { THRESHOLD, type VoxelGrid } from "@/render/voxel_grid.ts";
import { extractSurface } from "./surface.ts";

/** A closed mesh with the figures' colours; x to the right, y up, z towards the viewer, in metres. */
export interface SurfaceMesh {
  /** Vertices `[V, 3]`. */
  readonly positions: Float32Array;
  /** Outward unit vectors `[V, 3]`. */
  readonly normals: Float32Array;
  /** Red, green and blue of each vertex, `[V, 3]` in [0, 1], as screen levels (sRGB). */
  readonly colours: Float32Array;
  /** Three vertices of each triangle `[F, 3]`, counterclockwise as seen from outside. */
  readonly triangles: Uint32Array;
}

/** How a mesh is made. */
export interface MeshOptions {
  /** The occupancy of the surface, > 0; 0.05 by default. */
  readonly threshold?: number;
  /** The azimuth of the front, in radians; 0 by default. */
  readonly front?: number;
}

/** Side of the grid, in metres. Choice: 1, which fits on a desk in augmented reality. */
const SIDE = 1;

/**
 * Gives the mesh of a grid. Figures use x to the right, y up and z away from the viewer, each from
 * -1 to 1; glTF uses metres and z towards the viewer. So a point p of a shape with front a goes to
 * (p . right, y, -p . forward) / 2, with the directions of the camera at azimuth a: the front faces
 * +z, as glTF requires, and right stays right.
 *
 * @param grid Densities `[D, H, W]`
 * @param options Threshold and front
 * @throws What `extractSurface` throws
 */
export function meshOf(grid: VoxelGrid, options: MeshOptions = {}): SurfaceMesh {
  const { threshold = THRESHOLD, front = 0 } = options;
  const { positions: cells, triangles } = extractSurface(grid, threshold);
  const [layers, rows, columns] = grid.size;
  const { right, forward } = viewpoint(front, 0);
  const positions = new Float32Array(cells.length);
  const colours = new Float32Array(cells.length);
  for (let i = 0; i < cells.length; i += 3) {
    const share = [cells[i]! / columns, 1 - cells[i + 1]! / rows, cells[i + 2]! / layers] as const;
    const point: Vector = [2 * share[0] - 1, 2 * share[1] - 1, 2 * share[2] - 1];
    positions.set([dot(point, right), point[1], -dot(point, forward)].map(toMetres), i);
    // As in figures: red to the right, green away, blue up. The surface may extend past the grid.
    colours.set([share[0], share[2], share[1]].map(toUnit), i);
  }
  return { positions, normals: normalsOf(positions, triangles), colours, triangles };
}

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const toMetres = (length: number) => length * SIDE / 2;
const toUnit = (value: number) => Math.min(Math.max(value, 0), 1);

/** Gives each vertex the mean normal of its triangles, weighted by area. */
function normalsOf(positions: Float32Array, triangles: Uint32Array): Float32Array {
  const normals = new Float32Array(positions.length);
  const vertex = (i: number) => positions.subarray(3 * triangles[i]!, 3 * triangles[i]! + 3);
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [vertex(i), vertex(i + 1), vertex(i + 2)];
    for (let axis = 0; axis < 3; axis++) {
      const [next, last] = [(axis + 1) % 3, (axis + 2) % 3];
      const area = (b[next]! - a[next]!) * (c[last]! - a[last]!) -
        (b[last]! - a[last]!) * (c[next]! - a[next]!);
      for (let k = 0; k < 3; k++) normals[3 * triangles[i + k]! + axis]! += area;
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
    for (let axis = 0; axis < 3; axis++) normals[i + axis]! /= length;
  }
  return normals;
}
