/** The viewer in a real browser: what it draws, and how it responds to input. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest } from "../../browser/chromium.ts";
import { assertShows, imageOf, randomFrame, viewerOf, WIDTH, withPage } from "./pages.ts";

const FRAME = randomFrame(1);
const FRAMES = [randomFrame(2), randomFrame(3), FRAME];

/** CSS pixels that the near side moves for one radian. */
const PIXELS_PER_RADIAN = WIDTH / 2 / Math.SQRT2;

/** Opens one viewer. */
const withViewer = (body: (page: Page) => Promise<void>, frames = [FRAME]) =>
  withPage([viewerOf(frames)], body);

const captionOf = (page: Page) => page.locator(".caption").textContent();

browserTest("a viewer shows what the figures show, to the pixel, from everywhere", () => {
  const views = [[0, 0], [Math.PI / 2, 0], [1.1, 0.5], [-2, 1.2], [4, -0.7], [0, Math.PI / 2]];
  const outputs = views.map(([azimuth, elevation]) => viewerOf([FRAME], { azimuth, elevation }));
  return withPage(outputs, async (page) => {
    for (const [i, [azimuth, elevation]] of views.entries()) {
      await assertShows(page.locator(".output").nth(i), FRAME, { azimuth, elevation });
    }
  });
});

browserTest(
  "a viewer turns with the mouse: its near side keeps up",
  () =>
    withViewer(async (page) => {
      await page.mouse.move(60, 60);
      await page.mouse.down();
      await page.mouse.move(60 + PIXELS_PER_RADIAN, 60 - PIXELS_PER_RADIAN / 2, { steps: 4 });
      await page.mouse.up();
      await page.mouse.move(10, 10); // no longer pressed
      const elevation = Math.PI / 6 - 0.5;
      await assertShows(page.locator("body"), FRAME, { azimuth: 1, elevation });
      assert.equal(await captionOf(page), "step 1 · 57° · elevation 1°");
    }),
);

browserTest(
  "a viewer turns by the arrow keys, zooms, starts over, and keeps those keys",
  () =>
    withViewer(async (page) => {
      await page.evaluate(() => {
        const heard: string[] = [];
        document.addEventListener("keydown", ({ key }) => heard.push(key));
        Object.assign(globalThis, { heard });
      });
      await page.keyboard.press("Tab");
      const keys = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowUp"];
      for (const key of keys) await page.keyboard.press(key);
      const canvas = page.locator("canvas");
      const turned = { azimuth: Math.PI / 12, elevation: Math.PI / 4 };
      await assertShows(page.locator("body"), FRAME, turned);
      assert.equal(await captionOf(page), "step 1 · 15° · elevation 45°");
      await canvas.press("-");
      const small = await imageOf(canvas);
      assert.deepEqual([...small.pixels.subarray(0, 3)], [255, 255, 255]);
      await canvas.press("0");
      await assertShows(page.locator("body"), FRAME);
      await canvas.press("Shift+Enter");
      await canvas.press("Control+ArrowUp");
      const heard = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
      assert.deepEqual(heard, ["Tab", "Shift", "Enter", "Control", "ArrowUp"]);
    }),
);

browserTest(
  "a viewer lets a wheel scroll the page until it is clicked, and zooms then",
  () =>
    withPage([viewerOf([FRAME]), `<p style="height: 3000px"></p>`], async (page) => {
      const scrolled = () => page.evaluate(() => globalThis.scrollY);
      await page.mouse.move(80, 150);
      await page.mouse.wheel(0, 100);
      await page.waitForFunction(() => globalThis.scrollY === 100);
      await page.mouse.click(80, 50);
      await page.mouse.wheel(0, -200);
      await page.waitForTimeout(200);
      assert.equal(await scrolled(), 100);
      await page.mouse.move(400, 50);
      await page.mouse.wheel(0, -100);
      await page.waitForFunction(() => globalThis.scrollY === 0);
      const zoomed = await imageOf(page.locator("canvas"));
      await page.locator("canvas").press("0");
      const whole = await imageOf(page.locator("canvas"));
      const ink = ({ pixels }: typeof whole) => pixels.filter((value) => value < 250).length;
      assert.ok(ink(zoomed) > 1.5 * ink(whole), `${ink(zoomed)} against ${ink(whole)}`);
    }),
);

browserTest(
  "a viewer turns by one finger and zooms by two",
  () =>
    withPage([viewerOf([FRAME])], async (page) => {
      const session = await page.context().newCDPSession(page);
      const touch = (
        type: "touchStart" | "touchMove" | "touchEnd",
        ...points: [number, number][]
      ) =>
        session.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: points.map(([x, y], id) => ({ x, y, id })),
        });
      await touch("touchStart", [40, 90]);
      await touch("touchMove", [40 + PIXELS_PER_RADIAN, 90]);
      await touch("touchEnd");
      await assertShows(page.locator("body"), FRAME, { azimuth: 1 });
      await touch("touchStart", [50, 90], [100, 90]);
      await touch("touchMove", [70, 90], [80, 90]);
      await touch("touchEnd");
      const small = await imageOf(page.locator("canvas"));
      await page.locator("canvas").press("0");
      const whole = await imageOf(page.locator("canvas"));
      const ink = ({ pixels }: typeof whole) => pixels.filter((value) => value < 250).length;
      assert.ok(ink(small) < 0.5 * ink(whole), `${ink(small)} against ${ink(whole)}`);
    }, { hasTouch: true }),
);

browserTest("a viewer's threshold hides what is thinner", () =>
  withViewer(async (page) => {
    const slider = page.locator("label input");
    const occupancy = async () => Number(await page.locator("label output").textContent());
    assert.equal(await occupancy(), 0.05);
    const unit = 0.05 / Number(await slider.inputValue());
    await slider.press("End"); // the keys of a slider are the browser's own
    const most = Math.max(...Array.from(FRAME.grid.occupancy));
    assert.ok(Math.abs(await occupancy() - most) < 0.01);
    await slider.fill("100");
    assert.ok(Math.abs(await occupancy() - 100 * unit) < 0.006);
    await assertShows(page.locator("body"), FRAME, { threshold: 100 * unit });
  }));

browserTest(
  "a viewer plays its frames to the end, pauses, and is scrubbed",
  () =>
    withViewer(async (page) => {
      const button = page.locator("button");
      const frame = page.getByLabel("frame");
      assert.deepEqual([await frame.inputValue(), await button.textContent()], ["2", "Play"]);
      const seen = page.evaluate(() =>
        new Promise<string[]>((resolve) => {
          const [caption, button] = [".caption", "button"].map((it) => document.querySelector(it)!);
          const captions: string[] = [];
          const timer = setInterval(() => {
            const { value } = caption as HTMLOutputElement;
            if (value !== captions.at(-1)) captions.push(value);
            if (captions.length < 2 || button!.textContent !== "Play") return;
            clearInterval(timer);
            resolve(captions);
          }, 5);
        })
      );
      await button.click();
      const caption = (label: string) => `${label} · 0° · elevation 30°`;
      assert.deepEqual(await seen, ["step 1", "step 2", "step 3", "step 1"].map(caption));
      await frame.fill("1");
      await assertShows(page.locator("body"), FRAMES[1]!);
      await page.locator("canvas").press("Space");
      assert.equal(await button.textContent(), "Pause");
      await page.locator("canvas").press("Space");
      assert.equal(await button.textContent(), "Play");
    }, FRAMES),
);
