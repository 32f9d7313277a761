/**
 * The state of a view, as numbers. Runs in the browser.
 *
 * @module
 */
import { edgeShares, faceLights } from "@/show/plot/lighting.ts";
import { type Vector, viewpoint } from "@/show/plot/viewpoint.ts";
import type { Scene } from "./scene.ts";

/** What the reader can change; angles in radians. */
export interface View {
  /** Turn about the vertical axis, from the front. */
  readonly azimuth: number;
  /** How far the camera is raised. */
  readonly elevation: number;
  /** 1 if the whole grid fits, however it is turned. */
  readonly zoom: number;
  /** The lowest byte of a voxel that is drawn. */
  readonly level: number;
  /** Which frame. */
  readonly frame: number;
}

/** Limits of the zoom. */
const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 8;

/** Gives the first view of a scene. */
export function firstView({ azimuth, elevation, zoom, level, frames }: Scene): View {
  return { azimuth, elevation, zoom, level, frame: frames.length - 1 };
}

/** Gives the view after a change, within its limits. */
export function changed(view: View, change: Partial<View>): View {
  const { azimuth, elevation, zoom, level, frame } = { ...view, ...change };
  return {
    azimuth: azimuth % (2 * Math.PI),
    elevation: Math.min(Math.max(elevation, -Math.PI / 2), Math.PI / 2),
    zoom: Math.min(Math.max(zoom, LEAST_ZOOM), MOST_ZOOM),
    level,
    frame,
  };
}

/** Describes what is shown, and from where. */
export function captionOf({ frames }: Scene, { azimuth, elevation, frame }: View): string {
  const degrees = (angle: number) => Math.round(angle * 180 / Math.PI);
  return `${frames[frame]!.label} · ${(degrees(azimuth) + 360) % 360}° · ` +
    `elevation ${degrees(elevation)}°`;
}

/** Gives the pixels for half a side of the grid. */
export function scaleOf({ zoom }: View, width: number): number {
  return zoom * width / 2 / Math.SQRT2;
}

/**
 * Gives the shader's inputs, along columns, rows and layers.
 *
 * @param scene The grid's size and its front
 * @param view From where it is seen
 * @param width Of the canvas, in CSS pixels, which is what edges are measured in
 * @param pixelRatio Pixels of the screen in one of CSS
 */
export function uniformsOf(
  { size: [layers, rows, columns], frames }: Scene,
  view: View,
  width: number,
  pixelRatio: number,
): Record<string, number[]> {
  const camera = viewpoint(frames[view.frame]!.front + view.azimuth, view.elevation);
  // A component of zero would divide by zero; this one never crosses a cell of any grid.
  const inCells = ([x, y, z]: Vector) =>
    [x * columns / 2, -y * rows / 2, z * layers / 2].map((d) => Math.abs(d) < 1e-6 ? 1e-6 : d);
  return {
    right: inCells(camera.right),
    up: inCells(camera.up),
    forward: inCells(camera.forward),
    light: faceLights(camera),
    edge: edgeShares([columns, rows, layers], scaleOf(view, width)),
    scale: [scaleOf(view, width) * pixelRatio],
    level: [view.level],
  };
}
