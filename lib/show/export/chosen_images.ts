/**
 * The images whose shapes are exported: by class, by index, or the user's own.
 *
 * @module
 */
import { basename } from "node:path";
import { onFile } from "@/engine/system_error.ts";
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { readPhoto } from "@/data/photo/photo.ts";
import { FAULTS } from "@/data/photo/silhouette.ts";
import { itemAt } from "@/engine/shapes.ts";

/** Images with names. */
export interface NamedImages {
  /** `[N, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** What each image shows, such as `mnist 3`, `[N]`. */
  readonly names: readonly string[];
}

/**
 * Picks the first image of each class.
 *
 * @param images Named by set and class, such as `mnist 3`
 * @param classes Classes in order: `3`, or `mnist 3` if several sets have it; all by default
 * @throws {RangeError} If there is no such class; the message lists the classes
 */
export function imagesOfClasses(
  { images, names }: NamedImages,
  classes?: readonly string[],
): NamedImages {
  const known = [...new Set(names)];
  const chosen = classes?.flatMap((wanted) => {
    const found = known.filter((name) => name === wanted || name.endsWith(` ${wanted}`));
    if (found.length > 0) return found;
    throw new RangeError(
      `Cannot pick images: class must be one of ${known.join(", ")}, got ${wanted}`,
    );
  });
  const area = images.length / names.length;
  return joined((chosen ?? known).map((name) => {
    const slot = names.indexOf(name);
    return { images: itemAt(images, slot, area), names: [name] };
  }));
}

/**
 * Picks images by index from 0: the images of the first set, then those of the next.
 *
 * @throws What `imagesAt` throws
 */
export function imagesWithNames(
  sets: readonly ImageSet[],
  indices: readonly number[],
): NamedImages {
  return joined(sets.map((set) => ({
    images: imagesAt(set, indices),
    names: indices.map((index) => `${set.name} at ${index}`),
  })));
}

/** The user's own images. */
export interface OwnPhotos extends NamedImages {
  /** What images were taken for, where no object could be cut out of them; one message for each. */
  readonly notices: readonly string[];
}

/**
 * Reads the user's own images, named after the files, as `images:PATH` does for training: the object on each,
 * cut out of its ground, centred and scaled. Where that cannot be done, it takes the centre square, in grey,
 * as of images that fill their frame; a notice says why.
 *
 * @param paths PNG or JPEG files
 * @param size Side of the images
 * @throws What `decodeImage` throws, and the system's errors in words
 */
export async function imagesIn(paths: readonly string[], size: number): Promise<OwnPhotos> {
  const photos = await Promise.all(
    paths.map(async (path) =>
      readPhoto(await onFile("read", path, () => Deno.readFile(path)), path, size)
    ),
  );
  const parts = photos.map(({ name, object, square }) => ({
    images: object ?? square,
    names: [basename(name).replace(/\.[^.]+$/, "")],
  }));
  const notices = photos.flatMap(({ name, fault }) =>
    fault ? [`"${basename(name)}" is taken as its centre square: ${FAULTS[fault]}`] : []
  );
  return { ...joined(parts), notices };
}

/** Concatenates images of one size. */
export function joined(parts: readonly NamedImages[]): NamedImages {
  const images = new Float32Array(parts.reduce((sum, { images }) => sum + images.length, 0));
  let at = 0;
  for (const part of parts) {
    images.set(part.images, at);
    at += part.images.length;
  }
  return { images, names: parts.flatMap(({ names }) => names) };
}
