/**
 * The light on a voxel's faces and the width of its edges, for images and for the browser.
 *
 * @module
 */
import type { Vector, Viewpoint } from "./viewpoint.ts";

/** Light that every face gets. Choice: mild shading, so that colour still says position. */
const AMBIENT = 0.62;

/** Towards the lamp, in the camera's axes (right, up, away): over the viewer's left shoulder. */
const LAMP: Vector = [-0.45, 0.75, -0.9];

/** Width of a cell's edges, in pixels. Paper: matplotlib's `linewidth = .5`, at about 90 dpi. */
const EDGE_PIXELS = 0.6;

/** Edges never take more than this share of a cell. */
const LARGEST_EDGE = 0.24;

/**
 * Gives the light on the faces across x, y and z, in [0, 1]; of two opposite faces only one can be
 * seen.
 */
export function faceLights({ right, up, forward }: Viewpoint): number[] {
  return [0, 1, 2].map((axis) => {
    const towardsViewer = forward[axis]! > 0 ? -1 : 1;
    const facing = towardsViewer *
      (right[axis]! * LAMP[0] + up[axis]! * LAMP[1] + forward[axis]! * LAMP[2]);
    return AMBIENT + (1 - AMBIENT) * Math.min(Math.max(facing, 0), 1);
  });
}

/**
 * Gives how far the edges reach into a cell from each side, along columns, rows and layers, as shares
 * of the cell.
 *
 * @param counts How many columns, rows and layers the grid has
 * @param scale Pixels for half a side of the grid
 */
export function edgeShares(counts: Vector, scale: number): number[] {
  return counts.map((count) => Math.min(LARGEST_EDGE, EDGE_PIXELS * count / (2 * scale)) / 2);
}
