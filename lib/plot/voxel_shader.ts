/**
 * The colour of a voxel's face: its position, its edges and the light on it.
 *
 * @module
 */
import type { FilledCells, Hit } from "./raycast.ts";
import type { Vector, Viewpoint } from "./viewpoint.ts";

/** Light that every face gets. Choice: mild shading, so that colour still says position. */
const AMBIENT = 0.62;

/** Towards the lamp, in the camera's axes (right, up, away): over the viewer's left shoulder. */
const LAMP: Vector = [-0.45, 0.75, -0.9];

/** Width of a cell's edges, in pixels. Paper: matplotlib's `linewidth = .5`, at about 90 dpi. */
const EDGE_PIXELS = 0.6;

/** Edges never take more than this share of a cell. */
const LARGEST_EDGE = 0.24;

/** Adds the colour at a hit, each channel in [0, 1], to red, green and blue. */
export type Shader = (hit: Hit, colour: Float64Array) => void;

/**
 * Makes the shader of one picture.
 *
 * Colour is position: red grows to the right, green away from the viewer, blue upwards (all at
 * azimuth 0), each from 0 to 1 over the grid. Edges have clip(2 * colour - .5, 0, 1), which is darker
 * on dark voxels and lighter on light ones. Choice: that order is that of matplotlib's axes, which
 * drew the post.
 *
 * @param cells The grid
 * @param camera The viewpoint, which carries the lamp
 * @param scale Pixels for half a side of the grid
 */
export function createShader(cells: FilledCells, camera: Viewpoint, scale: number): Shader {
  const [columns, rows, layers] = cells.counts;
  const light = faceLights(camera);
  const edge = cells.counts.map((count) =>
    Math.min(LARGEST_EDGE, EDGE_PIXELS * count / (2 * scale)) / 2
  );

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

/** Gives the light on the faces across each axis; of two opposite faces only one can be seen. */
function faceLights({ right, up, forward }: Viewpoint): number[] {
  return [0, 1, 2].map((axis) => {
    const towardsViewer = forward[axis]! > 0 ? -1 : 1;
    const facing = towardsViewer *
      (right[axis]! * LAMP[0] + up[axis]! * LAMP[1] + forward[axis]! * LAMP[2]);
    return AMBIENT + (1 - AMBIENT) * Math.min(Math.max(facing, 0), 1);
  });
}
