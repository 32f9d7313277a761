/**
 * The pictures whose shapes are exported: of a class, at an index, or the user's own.
 *
 * @module
 */
import { basename } from "node:path";
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { greySquare } from "@/data/formats/image_file.ts";
import { itemAt } from "@/engine/shapes.ts";

/** Pictures with names. */
export interface NamedPictures {
  /** `[N, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** What each shows, such as `mnist 3`, `[N]`. */
  readonly names: readonly string[];
}

/**
 * Picks one picture of each class, the first one.
 *
 * @param pictures Named after set and class, such as `mnist 3`
 * @param classes Which ones, in order: `3`, or `mnist 3` where several sets have it; all by default
 * @throws {RangeError} If there is no such class; the message lists those that there are
 */
export function picturesOfClasses(
  { images, names }: NamedPictures,
  classes?: readonly string[],
): NamedPictures {
  const known = [...new Set(names)];
  const chosen = classes?.flatMap((wanted) => {
    const found = known.filter((name) => name === wanted || name.endsWith(` ${wanted}`));
    if (found.length > 0) return found;
    throw new RangeError(
      `Cannot pick pictures: class must be one of ${known.join(", ")}, got ${wanted}`,
    );
  });
  const area = images.length / names.length;
  return joined((chosen ?? known).map((name) => {
    const slot = names.indexOf(name);
    return { images: itemAt(images, slot, area), names: [name] };
  }));
}

/**
 * Picks pictures by their places, from 0 on: those of the first set, then those of the next.
 *
 * @throws What `imagesAt` throws
 */
export function picturesAt(sets: readonly ImageSet[], indices: readonly number[]): NamedPictures {
  return joined(sets.map((set) => ({
    images: imagesAt(set, indices),
    names: indices.map((index) => `${set.name} at ${index}`),
  })));
}

/**
 * Reads the user's own pictures: their middle squares, grey, named after the files.
 *
 * @param paths PNG or JPEG files
 * @param size Side of the pictures
 * @throws What `greySquare` throws, and Deno.errors.NotFound
 */
export async function picturesIn(paths: readonly string[], size: number): Promise<NamedPictures> {
  return joined(
    await Promise.all(paths.map(async (path) => ({
      images: await greySquare(await Deno.readFile(path), path, size),
      names: [basename(path).replace(/\.[^.]+$/, "")],
    }))),
  );
}

/** Puts pictures of one size together. */
export function joined(parts: readonly NamedPictures[]): NamedPictures {
  const images = new Float32Array(parts.reduce((sum, { images }) => sum + images.length, 0));
  let at = 0;
  for (const part of parts) {
    images.set(part.images, at);
    at += part.images.length;
  }
  return { images, names: parts.flatMap(({ names }) => names) };
}
