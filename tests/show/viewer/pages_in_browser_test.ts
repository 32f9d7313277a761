/** Viewers on pages of every kind: many of them, hidden, dark, still, without WebGL. */
import assert from "node:assert/strict";
import { browserTest } from "../../browser/chromium.ts";
import {
  assertShows,
  contextsOf,
  differenceOf,
  imageOf,
  randomFrame,
  viewerOf,
  WIDTH,
  withPage,
} from "./pages.ts";

const FRAME = randomFrame(1);

browserTest("forty viewers on a page share one context, which goes when none is in sight", () => {
  const frames = Array.from({ length: 40 }, (_, i) => randomFrame(i));
  const outputs = frames.map((frame) => viewerOf([frame]));
  return withPage([...outputs, `<div style="height: 2000px"></div>`], async (page) => {
    const viewer = (i: number) => page.locator(".output").nth(i);
    for (const i of [0, 20, 39]) {
      await viewer(i).scrollIntoViewIfNeeded();
      await assertShows(viewer(i), frames[i]!);
    }
    const { alive } = await contextsOf(page);
    assert.equal(alive, 1);
    await page.evaluate(() => globalThis.scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(200);
    const { made } = await contextsOf(page);
    assert.deepEqual(await contextsOf(page), { made, alive: 0 });
    await viewer(0).scrollIntoViewIfNeeded();
    await viewer(0).locator("canvas").press("ArrowRight");
    await assertShows(viewer(0), frames[0]!, { azimuth: Math.PI / 12 });
    assert.deepEqual(await contextsOf(page), { made: made + 1, alive: 1 });
  });
});

browserTest(
  "a viewer that is taken off the page lets go of its context, and may come back",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      await assertShows(page.locator("body"), FRAME);
      await page.evaluate(() => {
        const output = document.querySelector(".output")!;
        output.remove();
        Object.assign(globalThis, { output });
      });
      await page.waitForTimeout(200);
      assert.deepEqual(await contextsOf(page), { made: 1, alive: 0 });
      await page.evaluate(() => {
        const { output } = globalThis as unknown as { output: Element };
        document.body.append(output);
      });
      await page.locator("canvas").press("ArrowDown");
      await assertShows(page.locator("body"), FRAME, { elevation: Math.PI / 4 });
    }),
);

browserTest(
  "a viewer survives the loss of its context",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      await assertShows(page.locator("body"), FRAME);
      await page.evaluate(() => {
        const { kept } = globalThis as typeof globalThis & { kept: WebGL2RenderingContext[] };
        kept[0]!.getExtension("WEBGL_lose_context")!.loseContext();
      });
      await page.waitForTimeout(200);
      assert.deepEqual(await contextsOf(page), { made: 2, alive: 1 });
      await page.locator("canvas").press("ArrowRight");
      await assertShows(page.locator("body"), FRAME, { azimuth: Math.PI / 12 });
    }),
);

browserTest(
  "a viewer has the screen's pixels, and fits a narrow page",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      assert.equal((await imageOf(page.locator("canvas"))).width, 2 * WIDTH);
      const sizeOf = () =>
        page.locator("canvas").evaluate((
          canvas: HTMLCanvasElement,
        ) => [canvas.width, canvas.height]);
      assert.deepEqual(await sizeOf(), [2 * WIDTH, 392]);
      await page.setViewportSize({ width: 100, height: 400 });
      await imageOf(page.locator("canvas"));
      assert.deepEqual(await sizeOf(), [200, 245]);
    }, { deviceScaleFactor: 2 }),
);

browserTest(
  "a viewer has the ground of a dark page, and the same shape",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      const light = await imageOf(page.locator("canvas"));
      await page.emulateMedia({ colorScheme: "dark" });
      const dark = await imageOf(page.locator("canvas"));
      assert.ok(light.pixels[0]! > 250 && dark.pixels[0]! < 50);
      await page.emulateMedia({ colorScheme: "light" });
      await page.evaluate(() => document.body.dataset.jpThemeLight = "false"); // as JupyterLab sets it
      assert.equal(differenceOf(await imageOf(page.locator("canvas")), dark), 0);
    }),
);

browserTest(
  "the poster stays where scripts do not run, and shows what the viewer would",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      const poster = await imageOf(page.locator("img"));
      assert.equal(await page.locator("canvas").count(), 0);
      assert.match((await page.locator("p").textContent())!, /can be turned by hand\.$/);
      await withPage([viewerOf([FRAME])], async (page) => {
        assert.ok(differenceOf(await imageOf(page.locator("canvas")), poster) < 0.01);
        assert.deepEqual([await page.locator("img").count(), await page.locator("p").count()], [
          0,
          0,
        ]);
      });
    }, { javaScriptEnabled: false }),
);

browserTest(
  "the poster stays where there is no WebGL 2, and says so",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      await page.getByText("This browser has no WebGL 2: the shape cannot be turned").waitFor();
      assert.equal(await page.locator("img").getAttribute("alt"), "step 1");
      assert.equal(await page.locator("canvas").count(), 0);
    }, { args: ["--disable-3d-apis"] }),
);
