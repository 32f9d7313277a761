/** A headless Chromium for the tests of what runs in a browser. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** What Chromium is usually called. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** WebGL 2 without a graphics card. */
const SOFTWARE_GRAPHICS = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

/** The path of Chromium: `SHAPES_CHROMIUM`, or the first of the usual names on the `PATH`. */
export const CHROMIUM: string | undefined = Deno.env.get("SHAPES_CHROMIUM") ||
  NAMES.flatMap((name) => (Deno.env.get("PATH") ?? "").split(":").map((at) => join(at, name)))
    .find((path) => existsSync(path));

/** What the name of a test says that is left out where there is no browser. */
const MISSING = " (left out: needs Chromium; install it or set SHAPES_CHROMIUM to its path)";

/** Registers a test that needs Chromium, and is ignored without it. */
export function browserTest(name: string, body: () => Promise<void>): void {
  const ignore = CHROMIUM === undefined;
  Deno.test({ name: ignore ? name + MISSING : name, ignore, fn: body });
}

/** Starts Chromium. */
export async function launch(args: readonly string[] = SOFTWARE_GRAPHICS): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM!,
    // Containers have no other user than root, for whom Chromium has no sandbox.
    args: ["--no-sandbox", "--disable-dev-shm-usage", ...args],
  });
}

/** Collects what goes wrong on a page: errors, and whatever is printed. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  return complaints;
}
