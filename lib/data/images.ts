/**
 * `images:PATH`: the user's own images, in a folder or a zip file.
 *
 * @module
 */
import { basename } from "node:path";
import { systemReason } from "@/engine/system_error.ts";
import type { ImageSet } from "./image_set.ts";
import { findPath } from "@/data/formats/path.ts";
import { greySquare } from "@/data/formats/image_file.ts";
import { readFolder } from "@/data/formats/image_folder.ts";
import { toBytes } from "./resize.ts";
import type { ImageSource, LoadRequest } from "./source.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { readZip } from "@/data/formats/zip.ts";

/** An encoded image. */
interface EncodedImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What names of images end in, in small or capital letters; Windows saves a JPEG as `.jfif`. */
const SUFFIXES = [".png", ".jpg", ".jpeg", ".jpe", ".jfif"] as const;

/** Size limit of an encoded image. */
const MAX_BYTES = 2 ** 26;

/**
 * PNG and JPEG images below a folder or in a zip file, each cropped to its centre square, turned
 * grey and resized; sorted by name. Other files, and what is in hidden and system folders, are
 * ignored. Images that the system does not let read are left out, and the set says which. Both splits
 * get the same images.
 *
 * The source throws a SyntaxError for a file that is not an image and for a damaged archive, and a
 * RangeError for a path that cannot be read or has no images that can.
 */
export const IMAGES: ImageSource = {
  name: "images",
  takesPath: true,
  hasClasses: false,
  usesSeed: false,
  hasTruth: false,
  summary: "your own PNG or JPEG images, in a folder or a zip file",
  load: loadImages,
};

async function loadImages(request: LoadRequest, path: string): Promise<ImageSet> {
  const { imageSize: size, onProgress, signal } = request;
  const images: { name: string; pixels: Uint8Array }[] = [];
  const leftOut: string[] = [];
  const found = await findImages(await findPath(path, request.dataDir), leftOut);
  for await (const { name, bytes } of found) {
    signal?.throwIfAborted();
    const pixels = new Uint8Array(size * size);
    toBytes(await greySquare(bytes, name, size), pixels);
    images.push({ name, pixels });
    onProgress?.({ task: `read ${path}`, done: images.length, unit: "images" });
  }
  if (images.length === 0) {
    const refused = leftOut.length > 0
      ? `${leftOut.length} that cannot be read: ${leftOut[0]}`
      : "";
    throw new RangeError(
      `Cannot load images:${path}: it must hold at least one file that is not hidden and ends in ` +
        `${SUFFIXES.join(", ")}, got ${refused || "none"}`,
    );
  }
  // By code unit, not locale, so the order is the same on every machine.
  images.sort((a, b) => a.name < b.name ? -1 : 1);
  const pixels = new Uint8Array(images.length * size * size);
  images.forEach((image, i) => pixels.set(image.pixels, i * size * size));
  return {
    name: `images:${path}`,
    provenance: `images in "${basename(path)}"`,
    size,
    count: images.length,
    pixels,
    ...(leftOut.length > 0 && { leftOut: leftOut.sort() }),
  };
}

async function findImages(
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
