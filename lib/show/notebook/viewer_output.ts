/**
 * Shapes that the reader can turn, in a notebook's output cell.
 *
 * @module
 */
import { viewerHtml, type ViewerOptions } from "@/show/viewer/html.ts";
import type { ViewerFrame } from "@/show/viewer/scene.ts";
import { type Broadcast, show } from "./display.ts";

/**
 * Shows a shape that the reader can turn, or the stages of its training, and waits until it has
 * arrived.
 *
 * @param frames One shape, or its stages in order; the last one is shown first
 * @param options Viewpoint, threshold, size and poster
 * @param broadcast Where to send it; the notebook's kernel by default
 * @throws {TypeError} If the code does not run in a notebook
 * @throws What `viewerHtml` throws
 */
export async function showViewer(
  frames: readonly ViewerFrame[],
  options: ViewerOptions = {},
  broadcast?: Broadcast,
): Promise<void> {
  const html = viewerHtml(frames, options);
  await show({ html }, { alt: options.alt ?? frames.at(-1)!.label }, broadcast);
}
