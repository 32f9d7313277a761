/**
 * The data sent to the browser: grids as one byte per voxel, deflated, and their first view.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import type { Exhibit } from "@/show/plot/figures.ts";
import { THRESHOLD } from "@/render/voxel_grid.ts";

/** A shape at one stage: label, voxels and front, as in turntables. */
export type ViewerFrame = Omit<Exhibit, "image">;

/** The first view of the shape. */
export interface SceneOptions {
  /** Turn about the vertical axis from the shape's front, in radians; 0 by default. */
  readonly azimuth?: number;
  /** How far the camera is raised, in radians in [-pi / 2, pi / 2]; pi / 6 by default. */
  readonly elevation?: number;
  /** Scale at first; 1 by default, at which the whole grid fits, however it is turned. */
  readonly zoom?: number;
  /** Voxels of at least this occupancy are drawn at first, > 0; 0.05 by default. */
  readonly threshold?: number;
  /** Frames per second; 10 by default, as in the GIFs. */
  readonly framesPerSecond?: number;
  /** Width of the view, in CSS pixels; 320 by default. */
  readonly width?: number;
  /** A description of the shape; the last frame's label by default. */
  readonly alt?: string;
}

/** The data sent; angles in radians, lengths in CSS pixels. */
export interface Scene extends Required<SceneOptions> {
  /** `[D, H, W]` of every frame. */
  readonly size: readonly [number, number, number];
  /** Labels of the frames, and the azimuths of their fronts. */
  readonly frames: readonly { readonly label: string; readonly front: number }[];
  /** `[frames, D, H, W]` bytes, zlib-compressed, in base64. */
  readonly voxels: string;
  /** Density of one step of a byte. */
  readonly unit: number;
  /** Lowest byte of a voxel that is drawn: the threshold in units. */
  readonly level: number;
  /** The highest byte. */
  readonly highest: number;
  /** Height of the view. */
  readonly height: number;
}

/**
 * Packs a shape, or a shape's frames.
 *
 * A byte is floor(density / unit), where the threshold is a whole number of units, so that the
 * voxels shown first are exactly those of the figures. Densities of more than 255 units count as
 * 255.
 *
 * Choice: bytes, not floats, since no eye can tell 255 thresholds apart. Choice: plain zlib;
 * differences between frames would save a tenth. A digit's 22 kB become 3 to 5 kB.
 *
 * @param frames Shapes of one size, at least one
 * @throws {RangeError} If there are no frames, or a number is out of range
 * @throws {TypeError} If frames differ in size, or a density has another number of values
 */
export function packScene(frames: readonly ViewerFrame[], options: SceneOptions = {}): Scene {
  const { threshold = THRESHOLD, width = 320, zoom = 1, framesPerSecond = 10 } = options;
  requireAbove("threshold", threshold, 0);
  requireAbove("framesPerSecond", framesPerSecond, 0);
  requireAbove("width", width, 1);
  requireAbove("zoom", zoom, 0);
  const size = commonSize(frames);
  const largest = frames.reduce((most, { grid }) => maximum(grid.occupancy, most), 0);
  const level = Math.min(255, Math.max(1, Math.floor(255 * threshold / largest)));
  const unit = threshold / level;
  const bytes = frames.map(({ grid }) => {
    const levels = Uint8ClampedArray.from(grid.occupancy, (occupancy) => {
      const units = Math.floor(occupancy / unit);
      // What rounding would move across the threshold stays on its side.
      return occupancy >= threshold ? Math.max(level, units) : Math.min(level - 1, units);
    });
    return new Uint8Array(levels.buffer);
  });
  return {
    size,
    frames: frames.map(({ label, front = 0 }) => ({ label, front })),
    voxels: deflateSync(Buffer.concat(bytes), { level: 9 }).toString("base64"),
    unit,
    level,
    highest: bytes.reduce((most, grid) => maximum(grid, most), level),
    threshold,
    width,
    height: Math.ceil(width * HEIGHT_OF_WIDTH),
    azimuth: options.azimuth ?? 0,
    elevation: options.elevation ?? Math.PI / 6,
    zoom,
    framesPerSecond,
    alt: options.alt ?? frames.at(-1)!.label,
  };
}

/**
 * A cube that turns about the vertical axis is up to sqrt(2) of its side wide, and one that is also
 * tilted up to sqrt(3) of it high: it always fits a view of these proportions, at one scale.
 */
const HEIGHT_OF_WIDTH = Math.sqrt(3 / 2);

function commonSize(frames: readonly ViewerFrame[]): Scene["size"] {
  const size = frames[0]?.grid.size;
  if (!size) {
    throw new RangeError(
      "Cannot view shapes: frames must not be empty",
    );
  }
  const count = size[0] * size[1] * size[2];
  frames.forEach(({ grid }, i) => {
    if (grid.size.join() !== size.join() || grid.occupancy.length !== count) {
      throw new TypeError(
        `Cannot view shapes: frame ${i} must have ${size.join(" * ")} = ${count} values, got ` +
          `${grid.occupancy.length} for size [${grid.size.join(", ")}]`,
      );
    }
  });
  return size;
}

function maximum(values: ArrayLike<number>, least: number): number {
  let most = least;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

function requireAbove(name: string, value: number, low: number): void {
  if (!(value > low && value < Infinity)) {
    throw new RangeError(`Cannot view shapes: ${name} must be a number > ${low}, got ${value}`);
  }
}
