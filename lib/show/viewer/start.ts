/**
 * Starts the viewers in the output cell of its script. Runs in the browser.
 *
 * @module
 */
import { createRenderer, type Renderer } from "./renderer.ts";
import { startViewer } from "./viewer.ts";

/** Starts every viewer next to the running script that has not been started yet. */
export function startViewers(): void {
  const script = document.currentScript as HTMLScriptElement;
  // Identical scripts share a renderer; notebooks may contain outputs of several versions.
  const page = globalThis as typeof globalThis & { voxelRenderers?: Record<string, Renderer> };
  const renderer = (page.voxelRenderers ??= {})[script.text] ??= createRenderer();
  for (const root of script.parentElement!.querySelectorAll<HTMLElement>(".voxel-viewer")) {
    if (root.dataset.isStarted !== undefined) continue;
    root.dataset.isStarted = "";
    startViewer(root, renderer);
  }
}
