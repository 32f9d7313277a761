/** A headless Chromium for the tests of what runs in a browser. */
import { type Browser, chromium, type Page } from "playwright-core";
import {
  findChromium,
  IN_CONTAINERS,
  SOFTWARE_GRAPHICS,
} from "@/tools/pictures/gallery_picture.ts";

/** The path of Chromium, if there is one. */
export const CHROMIUM: string | undefined = findChromium(Deno.env.toObject());

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
    args: [...IN_CONTAINERS, ...args],
  });
}

/** Collects what goes wrong on a page: errors, and whatever is printed. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  return complaints;
}
