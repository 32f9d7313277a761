/** Pages with viewers in a real browser, and what they show. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { PNG } from "pngjs";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { drawVoxels, type VoxelView } from "@/show/plot/voxel_drawing.ts";
import { createRandom } from "@/engine/random.ts";
import { viewerHtml, type ViewerOptions } from "@/show/viewer/html.ts";
import type { ViewerFrame } from "@/show/viewer/scene.ts";
import { complaintsOf, launch } from "../../browser/chromium.ts";

/** Size of the views. */
export const WIDTH = 160;
const HEIGHT = 196;

/** A grid without any symmetry, in which no two sides are alike. */
export function randomFrame(seed: number): ViewerFrame {
  const random = createRandom(seed);
  const occupancy = Float32Array.from(
    { length: 4 * 5 * 6 },
    () => Math.max(0, random.uniform(-2, 1)),
  );
  return { label: `step ${seed}`, front: 0.3 * seed, grid: { occupancy, size: [4, 5, 6] } };
}

/** A viewer of such grids. */
export const viewerOf = (frames: readonly ViewerFrame[], options: ViewerOptions = {}) =>
  viewerHtml(frames, { width: WIDTH, ...options });

/** The address of the page in Chromium. */
const ADDRESS = "http://page.test/";

/** How a page is opened. */
export interface PageOptions extends BrowserContextOptions {
  /** Arguments for Chromium. */
  readonly args?: readonly string[];
}

/** Opens a page with these outputs and asserts that it ends without complaints. */
export async function withPage(
  outputs: readonly string[],
  test: (page: Page) => Promise<void>,
  { args, ...options }: PageOptions = {},
): Promise<void> {
  const browser = await launch(args);
  try {
    const page = await browser.newPage({ viewport: { width: 500, height: 700 }, ...options });
    const complaints = complaintsOf(page);
    await page.addInitScript(keepContexts);
    const divisions = outputs.map((html) => `<div class="output">${html}</div>`);
    const style = "<style>body { margin: 0 } .output { height: 300px }</style>";
    const body = `<!doctype html>${style}${divisions.join("")}`;
    await page.route(
      ADDRESS,
      (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }),
    );
    await page.goto(ADDRESS);
    await test(page);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
}

/** Runs in the page: keeps every WebGL context that is created. */
function keepContexts(): void {
  const kept: WebGL2RenderingContext[] = [];
  const { getContext } = HTMLCanvasElement.prototype;
  // deno-lint-ignore no-explicit-any
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...wanted: any) {
    const context: unknown = getContext.apply(this, wanted);
    if (wanted[0] === "webgl2" && context) kept.push(context as WebGL2RenderingContext);
    return context;
  } as typeof getContext;
  Object.assign(globalThis, { kept });
}

/** Counts the page's WebGL contexts: all ever created, and those alive. */
export async function contextsOf(page: Page): Promise<{ made: number; alive: number }> {
  return await page.evaluate(() => {
    const { kept } = globalThis as typeof globalThis & { kept: WebGL2RenderingContext[] };
    return { made: kept.length, alive: kept.filter((gl) => !gl.isContextLost()).length };
  });
}

/** Longer than it takes to draw finely after the last change. */
const STILL_MILLISECONDS = 300;

/** Gives what an element shows once it is still, without the focus ring. */
export async function imageOf(element: Locator): Promise<Bitmap> {
  await element.evaluate((element) => element.blur());
  for (let before: Uint8Array = Buffer.of();;) {
    const bytes = await element.screenshot();
    if (bytes.equals(before)) {
      const { width, height, data } = PNG.sync.read(bytes);
      return { width, height, pixels: new Uint8ClampedArray(data) };
    }
    before = bytes;
    await element.page().waitForTimeout(STILL_MILLISECONDS);
  }
}

/** Gives the share of bytes that differ; a ray along a wall may fall on either side of it. */
export function differenceOf(a: Bitmap, b: Bitmap): number {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return a.pixels.filter((value, i) => Math.abs(value - b.pixels[i]!) > 3).length / a.pixels.length;
}

/** Asserts that a viewer shows what a figure would; azimuths are relative to the front. */
export async function assertShows(
  viewer: Locator,
  { grid, front = 0 }: ViewerFrame,
  view: Partial<VoxelView> = {},
): Promise<void> {
  const shown = await imageOf(viewer.locator("canvas"));
  const size = { width: WIDTH, height: HEIGHT, elevation: Math.PI / 6 };
  const azimuth = front + (view.azimuth ?? 0);
  const share = differenceOf(shown, drawVoxels(grid, { ...size, ...view, azimuth }));
  assert.ok(share < 0.01, `${share} of the bytes differ`);
}
