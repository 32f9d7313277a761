/**
 * The list of data sources: the one place to add another.
 *
 * @module
 */
import { CELEBA } from "./celeba.ts";
import { BOWLS, DIGITS, EMBEDDED, FACES, GARMENTS, SOLIDS } from "@/data/synthetic/embedded.ts";
import type { ImageSet } from "./image_set.ts";
import { IMAGES } from "./images.ts";
import { MESHES } from "@/data/mesh/meshes.ts";
import { FASHION_MNIST, MNIST } from "./mnist.ts";
import { MODELNET40 } from "./modelnet40.ts";
import type { ImageSource, LoadRequest, Split } from "./source.ts";
import { VOXELS } from "./voxel_source.ts";

/** Every source, in the order in which `--help` lists them. */
export const SOURCES: readonly ImageSource[] = [
  MNIST,
  FASHION_MNIST,
  CELEBA,
  MODELNET40,
  IMAGES,
  VOXELS,
  MESHES,
  EMBEDDED,
  DIGITS,
  GARMENTS,
  FACES,
  SOLIDS,
  BOWLS,
];

/** What `loadImageSet` can vary; everything has a default. */
export type LoadOptions = Partial<Omit<LoadRequest, "split" | "classes">>;

/**
 * Loads a set of images into memory, downloading it first where it must be.
 *
 * @example The embedded digits need no file and no network
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadImageSet } from "./sources.ts";
 *
 * const digits = await loadImageSet("embedded-digits", "test", { seed: 1 });
 * assert.equal(digits.pixels.length, digits.count * 28 * 28);
 * ```
 *
 * @param specification The name of a source (`SOURCES` lists them), a colon and a path where it takes
 *   one, and `#` with the names of classes where only some are wanted: `mnist`, `images:PATH`,
 *   `modelnet40#chair+bowl`
 * @param split Which images. A user's own files know no split: `images:PATH` gives all of them
 *   for both, so point to two folders to keep some unseen
 * @param options `dataDir` is `data`, `cacheDir` is `data/cache`, `seed` 0 and `imageSize` 28 unless
 *   given
 * @throws {RangeError} If no source has that name, or a path is missing or superfluous
 * @throws {SyntaxError} If a file holds something else than it should; what else a source throws is
 *   said there
 */
export async function loadImageSet(
  specification: string,
  split: Split,
  options: LoadOptions = {},
): Promise<ImageSet> {
  const { source, path, classes } = parseSpecification(specification);
  const request = {
    dataDir: "data",
    cacheDir: "data/cache",
    seed: 0,
    imageSize: 28,
    ...options,
    split,
    classes,
  };
  if (!Number.isInteger(request.imageSize) || request.imageSize < 1) {
    throw new RangeError(
      `Cannot load ${specification}: imageSize must be an integer >= 1, got ${request.imageSize}`,
    );
  }
  request.signal?.throwIfAborted();
  return await source.load(request, path);
}

/** What a text like `voxels:PATH#chair+sofa` names. */
export interface Specification {
  /** Who loads it. */
  readonly source: ImageSource;
  /** What follows the colon, up to the classes; empty where the source takes no path. */
  readonly path: string;
  /** The classes that are wanted; all of them where there are none. */
  readonly classes: readonly string[];
}

/**
 * Reads `NAME[:PATH][#CLASS[+CLASS]..]`. In a path, only a `#` behind the last slash counts.
 *
 * @param specification The name of a source, with a colon and a path where it takes one, and classes
 *   where it has some
 * @throws {RangeError} If no source has that name, or a part is missing or superfluous
 */
export function parseSpecification(specification: string): Specification {
  const source = findSource(specification);
  const { name, takesPath, hasClasses } = source;
  const rest = specification.slice(name.length);
  const [, place, choice] = (hasClasses && /^(.*)#([^/#]*)$/.exec(rest)) || ["", rest, undefined];
  const path = place!.startsWith(":") ? place!.slice(1) : "";
  const classes = choice?.split("+") ?? [];
  const expected = `${name}${takesPath ? `:${path || "PATH"}` : ""}`;
  const isChoice = new Set(classes).size === classes.length &&
    classes.every((each) => each !== "" && !each.includes(":"));
  if (name + place !== expected || !isChoice) {
    const wanted = choice === undefined ? expected : `${expected}#CLASS+CLASS`;
    throw new RangeError(`Cannot load data: it must read ${wanted}, got "${specification}"`);
  }
  return { source, path, classes };
}

/**
 * Finds the source that a text begins with; a colon or `#` ends its name.
 *
 * @throws {RangeError} If no source has that name; the message lists those there are
 */
export function findSource(text: string): ImageSource {
  const name = text.split(/[:#]/, 1)[0];
  const source = SOURCES.find((each) => each.name === name);
  if (source) return source;
  const known = SOURCES.map((each) => each.takesPath ? `${each.name}:PATH` : each.name);
  throw new RangeError(
    `Cannot load data: its name must be one of ${known.join(", ")}, got "${text}"`,
  );
}
