/**
 * The light on a voxel's faces and the width of its edges, for images and for the browser.
 *
 * @module
 */
import type { Vector, Viewpoint } from "./viewpoint.ts";

/** Light on every face. Choice: mild shading, so that colour still shows position. */
const AMBIENT = 0.62;

/** Direction of the lamp, in camera axes (right, up, away): over the viewer's left shoulder. */
const LAMP: Vector = [-0.45, 0.75, -0.9];

/** Width of a cell's edges, in pixels. Paper: matplotlib's `linewidth = .5`, at about 90 dpi. */
const EDGE_PIXELS = 0.6;

/** Maximum share of a cell that edges take. */
const LARGEST_EDGE = 0.24;

/**
 * Gives the light on the faces across x, y and z, in [0, 1]; of two opposite faces only one is
 * visible.
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
 * Gives the width of the edges on each side of a cell, along columns, rows and layers, as shares of
 * the cell.
 *
 * @param counts Number of columns, rows and layers of the grid
 * @param scale Pixels for half a side of the grid
 */
export function edgeShares(counts: Vector, scale: number): number[] {
  return counts.map((count) => Math.min(LARGEST_EDGE, EDGE_PIXELS * count / (2 * scale)) / 2);
}
