/**
 * Shapes that can be turned, in a notebook's output cell.
 *
 * @module
 */
import { viewerHtml, type ViewerOptions } from "@/show/viewer/html.ts";
import type { ViewerFrame } from "@/show/viewer/scene.ts";
import { type Broadcast, show } from "./display.ts";

/**
 * Shows a shape that the reader can turn, or the moments of its training, and waits until it is there.
 *
 * @param frames One shape, or its moments in order; the last one is seen first
 * @param options Viewpoint, threshold, size and poster
 * @param broadcast Where to send it; by default the notebook's kernel
 * @throws {TypeError} If there is no notebook to show it in
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
