/**
 * The list of data sources: the one place to register another.
 *
 * @module
 */
import { stopButton } from "@/engine/stop_button.ts";
import { CELEBA } from "./celeba.ts";
import { BOWLS, DIGITS, EMBEDDED, FACES, GARMENTS, SOLIDS } from "@/data/synthetic/embedded.ts";
import type { ImageSet } from "./image_set.ts";
import { IMAGES, SQUARES } from "./images.ts";
import { MESHES } from "@/data/mesh/meshes.ts";
import { FASHION_MNIST, MNIST } from "./mnist.ts";
import { MODELNET40 } from "./modelnet40.ts";
import type { ImageSource, LoadRequest, Split } from "./source.ts";
import { VOXELS } from "./voxel_source.ts";

/** Every source, in the order of `--help`. */
export const SOURCES: readonly ImageSource[] = [
  MNIST,
  FASHION_MNIST,
  CELEBA,
  MODELNET40,
  IMAGES,
  SQUARES,
  VOXELS,
  MESHES,
  EMBEDDED,
  DIGITS,
  GARMENTS,
  FACES,
  SOLIDS,
  BOWLS,
];

/** Options of `loadImageSet`; all have defaults. */
export type LoadOptions = Partial<Omit<LoadRequest, "split" | "classes">>;

/**
 * Loads an image set into memory, downloading it first if needed.
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
 * @param specification The name of a source (see `SOURCES`), with `:PATH` if it takes one, and
 *   `#CLASS+CLASS` to select classes: `mnist`, `images:PATH`, `modelnet40#chair+bowl`
 * @param split Split to load. A user's own files have no split: `images:PATH` returns all of them
 *   for both, so use two folders to hold some out
 * @param options Defaults: `dataDir` `data`, `cacheDir` `data/cache`, `seed` 0, `imageSize` 28,
 *   `imagesPerObject` 1
 * @throws {RangeError} If no source has that name, a path is missing or not allowed, or several images of
 *   each object are wanted from a source that does not know the objects
 * @throws {SyntaxError} If a file is damaged; each source documents what else it throws
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
    imagesPerObject: 1,
    ...options,
    split,
    classes,
  };
  if (!Number.isInteger(request.imageSize) || request.imageSize < 1) {
    throw new RangeError(
      `Cannot load ${specification}: imageSize must be an integer >= 1, got ${request.imageSize}`,
    );
  }
  const { imagesPerObject } = request;
  if (!Number.isInteger(imagesPerObject) || imagesPerObject < 1) {
    throw new RangeError(
      `Cannot load ${specification}: imagesPerObject must be an integer >= 1, got ${imagesPerObject}`,
    );
  }
  if (imagesPerObject > 1 && !source.hasTruth) {
    throw new RangeError(
      `Cannot load ${specification}: imagesPerObject must be 1 where true shapes are unknown, ` +
        `got ${imagesPerObject}; use modelnet40, meshes:PATH or voxels:PATH`,
    );
  }
  const { signal } = request;
  signal?.throwIfAborted();
  // What is scored is an image of each object, however many a run is trained on.
  const load = (signal: AbortSignal) =>
    source.load({ ...request, signal, ...(split === "test" && { imagesPerObject: 1 }) }, path);
  return await (signal ? load(signal) : stopButton.run(load));
}

/** A parsed specification like `voxels:PATH#chair+sofa`. */
export interface Specification {
  /** The source that loads it. */
  readonly source: ImageSource;
  /** What follows the colon, up to the classes; empty if the source takes no path. */
  readonly path: string;
  /** Classes to keep; all of them if empty. */
  readonly classes: readonly string[];
}

/**
 * Parses `NAME[:PATH][#CLASS[+CLASS]..]`. In a path, only a `#` after the last slash counts.
 *
 * @param specification The name of a source, with a path if it takes one, and optional classes
 * @throws {RangeError} If no source has that name, or a part is missing or not allowed
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
    const syntax = choice === undefined ? expected : `${expected}#CLASS+CLASS`;
    throw new RangeError(`Cannot load data: it must be written ${syntax}, got "${specification}"`);
  }
  return { source, path, classes };
}

/**
 * Finds the source that a text starts with; a colon or `#` ends its name.
 *
 * @throws {RangeError} If no source has that name; the message lists the known ones
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
