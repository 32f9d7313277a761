/**
 * The list of data sources: the one place to add another.
 *
 * @module
 */
import { DIGITS, EMBEDDED, GARMENTS, SOLIDS } from "./embedded.ts";
import type { ImageSet } from "./image_set.ts";
import { IMAGES } from "./images.ts";
import { FASHION_MNIST, MNIST } from "./mnist.ts";
import type { ImageSource, LoadRequest, Split } from "./source.ts";
import { VOXELS } from "./voxels.ts";

/** Every source, in the order in which `--help` lists them. */
export const SOURCES: readonly ImageSource[] = [
  MNIST,
  FASHION_MNIST,
  IMAGES,
  VOXELS,
  EMBEDDED,
  DIGITS,
  GARMENTS,
  SOLIDS,
];

/** What `loadImageSet` can vary; everything has a default. */
export type LoadOptions = Partial<Omit<LoadRequest, "split">>;

/**
 * Loads a set of pictures into memory, downloading it first where it must be.
 *
 * @example The embedded digits need no file and no network
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadImageSet } from "@/data/sources.ts";
 *
 * const digits = await loadImageSet("embedded-digits", "test", { seed: 1 });
 * assert.equal(digits.pixels.length, digits.count * 28 * 28);
 * ```
 *
 * @param specification `mnist`, `fashion-mnist`, `images:PATH`, `voxels:PATH`, `embedded`, or one
 *   of the parts of the last: `embedded-digits`, `embedded-garments`, `embedded-solids`
 * @param split Which pictures. A user's own files know no split: `images:PATH` gives all of them
 *   for both, so point to two folders to keep some unseen
 * @param options `dataDir` is `data`, `seed` 0 and `imageSize` 28 unless given
 * @throws {RangeError} If no source has that name, or a path is missing or superfluous
 * @throws {SyntaxError} If a file holds something else than it should; what else a source throws is
 *   said there
 */
export async function loadImageSet(
  specification: string,
  split: Split,
  options: LoadOptions = {},
): Promise<ImageSet> {
  const { source, path } = parseSpecification(specification);
  const request = { dataDir: "data", seed: 0, imageSize: 28, ...options, split };
  if (!Number.isInteger(request.imageSize) || request.imageSize < 1) {
    throw new RangeError(
      `Cannot load ${specification}: imageSize must be an integer >= 1, got ${request.imageSize}`,
    );
  }
  request.signal?.throwIfAborted();
  return await source.load(request, path);
}

/**
 * Splits `images:PATH` into the source and its path.
 *
 * @param specification The name of a source, with a colon and a path where it takes one
 * @throws {RangeError} If no source has that name, or a path is missing or superfluous
 */
export function parseSpecification(specification: string): { source: ImageSource; path: string } {
  const source = findSource(specification);
  const path = specification.slice(source.name.length + 1);
  const expected = source.takesPath ? `${source.name}:${path || "PATH"}` : source.name;
  if (specification !== expected) {
    throw new RangeError(`Cannot load data: it must read ${expected}, got "${specification}"`);
  }
  return { source, path };
}

/**
 * Finds the source that a text begins with; a colon ends its name.
 *
 * @throws {RangeError} If no source has that name; the message lists those there are
 */
export function findSource(text: string): ImageSource {
  const name = text.split(":", 1)[0];
  const source = SOURCES.find((each) => each.name === name);
  if (source) return source;
  const known = SOURCES.map((each) => each.takesPath ? `${each.name}:PATH` : each.name);
  throw new RangeError(
    `Cannot load data: its name must be one of ${known.join(", ")}, got "${text}"`,
  );
}
