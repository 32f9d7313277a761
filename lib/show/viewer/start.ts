/**
 * Starts the viewers of the output that its script is in. Runs in the browser.
 *
 * @module
 */
import { createRenderer, type Renderer } from "./renderer.ts";
import { startViewer } from "./viewer.ts";

/** Starts every viewer beside the running script that has not started yet. */
export function startViewers(): void {
  const script = document.currentScript as HTMLScriptElement;
  // Scripts of one text share a renderer; notebooks may hold outputs of several versions.
  const page = globalThis as typeof globalThis & { voxelRenderers?: Record<string, Renderer> };
  const renderer = (page.voxelRenderers ??= {})[script.text] ??= createRenderer();
  for (const root of script.parentElement!.querySelectorAll<HTMLElement>(".voxel-viewer")) {
    if (root.dataset.isStarted !== undefined) continue;
    root.dataset.isStarted = "";
    startViewer(root, renderer);
  }
}
