/**
 * The colour of a voxel's face: its position, its edges and the light on it.
 *
 * @module
 */
import { edgeShares, faceLights } from "./lighting.ts";
import type { FilledCells, Hit } from "./raycast.ts";
import type { Viewpoint } from "./viewpoint.ts";

/** Adds the colour at a hit, each channel in [0, 1], to red, green and blue. */
export type Shader = (hit: Hit, colour: Float64Array) => void;

/**
 * Creates the shader of one image.
 *
 * Colour is position: red grows to the right, green away from the viewer, blue upwards (all at
 * azimuth 0), each from 0 to 1 over the grid. Edges are clip(2 * colour - 0.5, 0, 1), darker on
 * dark voxels and lighter on light ones. Choice: the order of matplotlib's axes, which drew the
 * post.
 *
 * @param cells The grid
 * @param camera The viewpoint, to which the lamp is attached
 * @param scale Pixels for half a side of the grid
 */
export function createShader(cells: FilledCells, camera: Viewpoint, scale: number): Shader {
  const [columns, rows, layers] = cells.counts;
  const light = faceLights(camera);
  const edge = edgeShares(cells.counts, scale);

  return ({ cell, axis, point }, colour) => {
    let isEdge = false;
    for (let a = 0; a < 3; a++) {
      const along = point[a]! - cell[a]!; // from wall to wall, 0 to 1
      if (a !== axis && (along < edge[a]! || along > 1 - edge[a]!)) isEdge = true;
    }
    colour[0]! += light[axis]! * tint((cell[0]! + 0.5) / columns, isEdge);
    colour[1]! += light[axis]! * tint((cell[2]! + 0.5) / layers, isEdge);
    colour[2]! += light[axis]! * tint(1 - (cell[1]! + 0.5) / rows, isEdge);
  };
}

function tint(value: number, isEdge: boolean): number {
  return isEdge ? Math.min(Math.max(2 * value - 0.5, 0), 1) : value;
}
