/**
 * A picture of a gallery, taken by Chromium.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** What Chromium is usually called. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** Arguments for WebGL 2 without a graphics card. */
export const SOFTWARE_GRAPHICS: readonly string[] = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

/** Arguments without which Chromium does not start in a container, where root is the only user. */
export const IN_CONTAINERS: readonly string[] = ["--no-sandbox", "--disable-dev-shm-usage"];

/**
 * Finds Chromium: `SHAPES_CHROMIUM`, or the first of the usual names on the `PATH`.
 *
 * @param environment The environment's variables
 */
export function findChromium(environment: Readonly<Record<string, string>>): string | undefined {
  const { SHAPES_CHROMIUM, PATH = "" } = environment;
  if (SHAPES_CHROMIUM) return SHAPES_CHROMIUM;
  return NAMES.flatMap((name) => PATH.split(":").map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** What the picture leaves out of the page: words, growth, scores, and two items of three. */
const PICTURE_STYLE = `
  header, section > p, section:not(:has(.items)), section:has(.film),
  section:nth-of-type(n + 4), .items > :not(:nth-child(3n + 2)), .note { display: none !important; }
  body { padding: 8px 24px 24px; }
  h2 { margin-top: 20px; }
  .items { margin-top: 8px; grid-template-columns: repeat(3, 1fr); }`;

/** Width of the picture, in pixels. */
const WIDTH = 1100;

/**
 * Takes a picture of the first three sections of a gallery, every third image from the second on.
 *
 * @param page The gallery, an HTML file
 * @param chromium The path of Chromium
 * @returns The bytes of a PNG
 * @throws {TypeError} If there is no Chromium
 */
export async function galleryPicture(
  page: string,
  chromium: string | undefined,
): Promise<Uint8Array> {
  if (chromium === undefined) {
    throw new TypeError(
      "Cannot take a picture: Chromium must be installed, got none on the PATH; install it, or set " +
        "SHAPES_CHROMIUM to its path",
    );
  }
  const { chromium: driver } = await import("playwright-core");
  const args = [...IN_CONTAINERS, ...SOFTWARE_GRAPHICS];
  const browser = await driver.launch({ executablePath: chromium, args });
  try {
    // The page's policy allows its own script alone, not one's style.
    const view = await browser.newPage({
      viewport: { width: WIDTH, height: 1600 },
      colorScheme: "light",
      bypassCSP: true,
    });
    await view.goto(`file://${resolve(page)}`);
    await view.addStyleTag({ content: PICTURE_STYLE });
    let [before, now] = ["", ""];
    do { // until all shapes are drawn, finely
      before = now;
      await view.waitForTimeout(1500);
      now = (await view.locator("body").screenshot()).toString("base64");
    } while (now !== before);
    return new Uint8Array(await view.locator("body").screenshot());
  } finally {
    await browser.close();
  }
}
