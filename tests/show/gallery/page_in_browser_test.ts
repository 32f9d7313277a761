/** The gallery in a real browser, opened from disk: what it draws, and whom it lets in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { galleryPage } from "@/show/gallery/page.ts";
import { browserTest, complaintsOf, launch } from "../../browser/chromium.ts";
import { withFolder } from "../../data/fixtures.ts";
import { imageOf } from "../viewer/pages.ts";
import { GALLERY } from "./galleries.ts";

/** Opens the page from disk and asserts that it asks for nothing and ends without complaints. */
function withGallery(body: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) {
  return withFolder(async (folder) => {
    const path = join(folder, "gallery.html");
    await Deno.writeTextFile(path, galleryPage(GALLERY).html);
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width: 1200, height: 2000 }, ...options });
      const complaints = complaintsOf(page);
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(`file://${path}`);
      await body(page);
      assert.deepEqual(complaints, []);
      const outside = requests.filter((url) => !url.startsWith("data:"));
      assert.deepEqual(outside, [`file://${path}`]);
    } finally {
      await browser.close();
    }
  });
}

const canvasAt = (page: Page, index: number) => page.locator("canvas").nth(index);
const pixelsAt = async (page: Page, index: number) => (await imageOf(canvasAt(page, index))).pixels;

/** Counts the bytes by which two images differ clearly. */
function changeOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > 30) count++;
  return count;
}

browserTest(
  "the gallery's shapes turn by drag and by keys, those of one image together",
  () =>
    withGallery(async (page) => {
      const all = () => Promise.all([0, 1, 2].map((index) => pixelsAt(page, index)));
      const before = await all();
      const box = (await canvasAt(page, 0).boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 40, y - 10, { steps: 4 });
      await page.mouse.up();
      await page.mouse.move(0, 0);
      const dragged = await all();
      assert.ok(changeOf(before[0]!, dragged[0]!) > 500, "the shape that was dragged");
      assert.ok(changeOf(before[1]!, dragged[1]!) > 500, "its neighbour");
      assert.ok(changeOf(before[2]!, dragged[2]!) < 50, "not the shape of another image");

      const shape = canvasAt(page, 2);
      await shape.focus();
      for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "+"]) {
        await page.keyboard.press(key);
      }
      const turned = await pixelsAt(page, 2);
      assert.ok(changeOf(before[2]!, turned) > 500, "keys turn");
      await shape.press("Home");
      assert.ok(changeOf(before[2]!, await pixelsAt(page, 2)) < 50, "Home starts over");
    }),
);

browserTest(
  "the gallery's slider goes through training",
  () =>
    withGallery(async (page) => {
      const film = page.locator(".film");
      const slider = film.getByLabel("frame");
      assert.equal(await slider.inputValue(), "2");
      const last = await pixelsAt(page, 4);
      await slider.fill("0");
      assert.ok(changeOf(last, await pixelsAt(page, 4)) > 500);
      assert.match((await film.locator(".caption").textContent())!, /^step 5 · /);
      await slider.press("End");
      assert.match((await film.locator(".caption").textContent())!, /^step 7 · /);
    }),
);

browserTest(
  "the gallery follows the system's theme until its button is pressed",
  () =>
    withGallery(async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const button = page.locator("button.theme");
      const [dark, light] = ["rgb(21, 23, 28)", "rgb(255, 255, 255)"];
      assert.deepEqual([await ground(), await button.textContent()], [dark, "Light theme"]);
      const drawn = await pixelsAt(page, 0);
      assert.ok(drawn[0]! < 40, "shapes stand on the page's own ground");
      await button.click();
      assert.deepEqual([await ground(), await button.textContent()], [light, "Dark theme"]);
      assert.equal((await pixelsAt(page, 0))[0], 255);
      await page.emulateMedia({ colorScheme: "light" });
      await button.click();
      assert.equal(await ground(), dark);
    }, { colorScheme: "dark" }),
);

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `axe finds no fault in the gallery, ${colorScheme}`,
    () =>
      withGallery(async (page) => {
        await canvasAt(page, 4).waitFor();
        await page.addScriptTag({ content: axe.source });
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run()
        );
        const words = violations.map(({ id, impact, nodes }) =>
          `${impact}: ${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(" ")}`
        );
        assert.deepEqual(words, []);
      }, { colorScheme, bypassCSP: true }),
  );
}

browserTest(
  "the gallery fits a phone, where one finger scrolls down and turns sideways",
  () =>
    withGallery(async (page) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 390);
      const session = await page.context().newCDPSession(page);
      await canvasAt(page, 0).scrollIntoViewIfNeeded();
      const swipe = async (right: number, down: number) => {
        const { x, y, width, height } = (await canvasAt(page, 0).boundingBox())!;
        const [fromX, fromY] = [x + width / 2, y + height / 2];
        await session.send("Input.dispatchTouchEvent", {
          type: "touchStart",
          touchPoints: [{ x: fromX, y: fromY }],
        });
        for (let i = 1; i <= 8; i++) {
          const point = { x: fromX + right * i / 8, y: fromY + down * i / 8 };
          await session.send("Input.dispatchTouchEvent", {
            type: "touchMove",
            touchPoints: [point],
          });
        }
        await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      };
      const state = async () => [
        await page.locator(".caption").first().textContent(),
        await page.evaluate(() => scrollY),
      ];
      const [caption, scrolled] = await state();
      await swipe(60, 0);
      const [turned, still] = await state();
      assert.notEqual(turned, caption);
      assert.equal(still, scrolled);
      await swipe(0, -120);
      await page.waitForFunction((from) => scrollY > from, scrolled as number);
    }, { viewport: { width: 390, height: 500 }, hasTouch: true, isMobile: true }),
);
