/**
 * A shape that the reader can turn, as one piece of HTML for a notebook's output cell.
 *
 * Where scripts run (JupyterLab, exported HTML) the reader can drag to turn, zoom, move the
 * threshold and play the frames. Elsewhere (GitHub, untrusted notebooks) the poster stays.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Bitmap, encodePng, imageFormat } from "@/show/plot/bitmap.ts";
import { escapeXml } from "@/show/plot/svg.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import { packScene, type SceneOptions, type ViewerFrame } from "./scene.ts";
import { viewerScript, viewerStyle } from "./script.ts";

/** How a shape is shown. */
export interface ViewerOptions extends SceneOptions {
  /** Shown where scripts do not run: a bitmap, or PNG or GIF bytes; the first view by default. */
  readonly poster?: Bitmap | Uint8Array;
}

/**
 * Gives the HTML of a viewer. It is self-contained and has no ids, so a page can hold any number of
 * viewers, and the same shape gives the same bytes.
 *
 * @param frames One shape, or the stages of its training; the last one is shown first
 * @param options Viewpoint, threshold, size and poster
 * @throws What `packScene` throws
 * @throws {TypeError} If the poster is neither a PNG nor a GIF
 *
 * @example A viewer of one voxel
 * ```ts
 * import assert from "node:assert/strict";
 * import { viewerHtml } from "./html.ts";
 *
 * const grid = { occupancy: [1], size: [1, 1, 1] as const };
 * const html = viewerHtml([{ label: "a voxel", grid }], { width: 80 });
 * assert.match(html, /<img src="data:image\/png;base64,[^"]+" alt="a voxel"/);
 * ```
 */
export function viewerHtml(frames: readonly ViewerFrame[], options: ViewerOptions = {}): string {
  return `${viewerElement(frames, options)}\n` +
    `<style>${viewerStyle()}</style>\n<script>${viewerScript()}</script>\n`;
}

/**
 * Gives the HTML of a viewer for a page that has the style and the script already, see `script.ts`.
 * The parameters and errors are those of `viewerHtml`.
 *
 * @param hint What the reader can do where the script does not run
 */
export function viewerElement(
  frames: readonly ViewerFrame[],
  options: ViewerOptions = {},
  hint = "In JupyterLab, once the notebook is trusted, this shape can be turned by hand.",
): string {
  const scene = packScene(frames, options);
  const { width, height, azimuth, elevation, threshold, alt } = scene;
  const { grid, front = 0 } = frames.at(-1)!;
  const poster = options.poster ??
    drawVoxels(grid, { width, height, azimuth: front + azimuth, elevation, threshold });
  return `<div class="voxel-viewer" style="max-width: ${width}px" data-scene="${
    escapeXml(JSON.stringify(scene))
  }"><img src="${dataUrl(poster)}" alt="${escapeXml(alt)}" style="max-width: 100%">` +
    `<p>${escapeXml(hint)}</p></div>`;
}

/** Gives an image as an address that contains it. */
export function dataUrl(poster: Bitmap | Uint8Array): string {
  const bytes = poster instanceof Uint8Array ? poster : encodePng(poster);
  const format = imageFormat(bytes);
  if (!format) {
    throw new TypeError(
      `Cannot view shapes: poster must be an image or the bytes of a PNG or GIF file, got ` +
        `${bytes.length} other bytes`,
    );
  }
  return `data:image/${format};base64,${Buffer.from(bytes).toString("base64")}`;
}
