/**
 * `images:PATH`: the user's own images, in a folder or a zip file.
 *
 * @module
 */
import { basename } from "node:path";
import { systemReason } from "@/engine/system_error.ts";
import type { ImageSet } from "./image_set.ts";
import { findPath } from "@/data/formats/path.ts";
import { readFolder } from "@/data/formats/image_folder.ts";
import { type Judgement, judgePhotos, takeSquares } from "@/data/photo/judgement.ts";
import { type Photo, readPhoto, readSquare } from "@/data/photo/photo.ts";
import { toBytes } from "./resize.ts";
import type { ImageSource, LoadRequest } from "./source.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { readZip } from "@/data/formats/zip.ts";

/** An encoded image. */
export interface EncodedImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What names of images end in, in small or capital letters; Windows saves a JPEG as `.jfif`. */
const SUFFIXES = [".png", ".jpg", ".jpeg", ".jpe", ".jfif"] as const;

/** Size limit of an encoded image. */
const MAX_BYTES = 2 ** 26;

/** A way to read images of one's own. */
export interface ImageReading {
  /** The word of its source. */
  readonly name: string;
  /** Reads one image. */
  readonly read: (bytes: Uint8Array, name: string, size: number) => Promise<Photo>;
  /** Decides what becomes of all of them. */
  readonly judge: (photos: readonly Photo[]) => Judgement;
}

/** The ways to read images of one's own. */
export const IMAGE_READINGS: readonly ImageReading[] = [
  { name: "images", read: readPhoto, judge: judgePhotos },
  { name: "squares", read: readSquare, judge: takeSquares },
];

/**
 * PNG and JPEG images below a folder or in a zip file, sorted by name: the object on each, cut out of its
 * ground, centred and scaled; or, where fewer than half can be cut out, the centre square of each, in grey
 * (`photo/judgement.ts`). Other files, and what is in hidden and system folders, are ignored. Images that
 * the system does not let read are left out, and the set says which. Both splits get the same images.
 *
 * The source throws a SyntaxError for a file that is not an image and for a damaged archive, and a
 * RangeError for a path that cannot be read or has no images that can.
 */
export const IMAGES: ImageSource = sourceOf(
  IMAGE_READINGS[0]!,
  "your own PNG or JPEG images, in a folder or a zip file: objects on plain grounds are cut out",
);

/** The same images as they are: the centre square of each in grey, where brightness is matter. */
export const SQUARES: ImageSource = sourceOf(
  IMAGE_READINGS[1]!,
  "the centre squares of your own images, as they are",
);

function sourceOf(reading: ImageReading, summary: string): ImageSource {
  return {
    name: reading.name,
    takesPath: true,
    hasClasses: false,
    usesSeed: false,
    hasTruth: false,
    summary,
    load: (request, path) => loadImages(request, path, reading),
  };
}

async function loadImages(
  request: LoadRequest,
  path: string,
  reading: ImageReading,
): Promise<ImageSet> {
  const { imageSize: size } = request;
  const { photos, unread } = await readImages(request, path, reading);
  const { seen, leftOut: unused, words } = reading.judge(photos);
  const images = seen.filter((image) => image !== undefined);
  const leftOut = [...unread, ...unused];
  const pixels = new Uint8Array(images.length * size * size);
  images.forEach((image, i) => toBytes(image, pixels.subarray(i * size * size)));
  return {
    name: `${reading.name}:${path}`,
    provenance: `images in "${basename(path)}"${words}`,
    size,
    count: images.length,
    pixels,
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/**
 * Reads all images of a folder or a zip file, sorted by name.
 *
 * @returns The images, and one message for each that the system does not let read
 * @throws What the source `images:PATH` throws
 */
export async function readImages(
  { imageSize, dataDir, onProgress, signal }: Pick<
    LoadRequest,
    "imageSize" | "dataDir" | "onProgress" | "signal"
  >,
  path: string,
  reading: ImageReading,
): Promise<{ photos: Photo[]; unread: string[] }> {
  const photos: Photo[] = [];
  const unread: string[] = [];
  const found = await findImages(await findPath(path, dataDir), unread);
  for await (const { name, bytes } of found) {
    signal?.throwIfAborted();
    photos.push(await reading.read(bytes, name, imageSize));
    onProgress?.({ task: `read ${path}`, done: photos.length, unit: "images" });
  }
  if (photos.length === 0) {
    const refused = unread.length > 0 ? `${unread.length} that cannot be read: ${unread[0]}` : "";
    throw new RangeError(
      `Cannot load ${reading.name}:${path}: it must hold at least one file that is not hidden and ends in ` +
        `${SUFFIXES.join(", ")}, got ${refused || "none"}`,
    );
  }
  // By code unit, not locale, so the order is the same on every machine.
  photos.sort((a, b) => a.name < b.name ? -1 : 1);
  return { photos, unread: unread.sort() };
}

/**
 * Finds the images of a folder or a zip file.
 *
 * @param path As `findPath` gives it
 * @param leftOut Gets one message for each that the system does not let read
 */
export async function findImages(
  path: string,
  leftOut: string[],
): Promise<AsyncIterable<EncodedImage>> {
  const info = await Deno.stat(path).catch((error) => {
    const reason = error instanceof Deno.errors.NotFound
      ? "the path must be a folder or a zip file, got no such path"
      : systemReason(error);
    throw reason === undefined
      ? error
      : new RangeError(`Cannot load images:${path}: ${reason}`, { cause: error });
  });
  if (info.isFile && isImageName(path)) {
    throw new RangeError(
      `Cannot load images:${path}: the path must be a folder or a zip file, got an image; ` +
        `give its folder`,
    );
  }
  return info.isDirectory
    ? readFolder(path, { wanted: isImageName, leaveOut: (message) => leftOut.push(message) })
    : readZip(path, { wanted: isImageName, maxBytes: MAX_BYTES });
}

/** Recognises images by extension, unless hidden or left by a system. */
function isImageName(name: string): boolean {
  const hasSuffix = SUFFIXES.some((suffix) => name.toLowerCase().endsWith(suffix));
  return hasSuffix && !isSystemFile(name);
}
