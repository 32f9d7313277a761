/**
 * `images:PATH`: a folder or a zip file of the user's own pictures.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { ImageSet } from "./image_set.ts";
import { findPath } from "@/data/formats/path.ts";
import { greySquare } from "@/data/formats/image_file.ts";
import { toBytes } from "./resize.ts";
import type { ImageSource, LoadRequest } from "./source.ts";
import { readZip } from "@/data/formats/zip.ts";

/** An encoded picture, wherever it was found. */
interface EncodedPicture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The largest encoded picture that is taken. */
const MAX_BYTES = 2 ** 26;

/**
 * PNG and JPEG pictures below a folder or in a zip file, each cut to its middle square, grey, and
 * resized; in the order of their names. Other files are passed over. The same for both splits.
 *
 * The source throws a SyntaxError for a file that is no picture and for a damaged archive, and a
 * RangeError for a path that is missing or without pictures.
 */
export const IMAGES: ImageSource = {
  name: "images",
  takesPath: true,
  hasClasses: false,
  usesSeed: false,
  summary: "your own PNG or JPEG pictures, in a folder or a zip file",
  load: loadImages,
};

async function loadImages(request: LoadRequest, path: string): Promise<ImageSet> {
  const { imageSize: size, onProgress, signal } = request;
  const pictures: { name: string; pixels: Uint8Array }[] = [];
  for await (const { name, bytes } of await findPictures(await findPath(path, request.dataDir))) {
    signal?.throwIfAborted();
    const pixels = new Uint8Array(size * size);
    toBytes(await greySquare(bytes, name, size), pixels);
    pictures.push({ name, pixels });
    onProgress?.({ task: `read ${path}`, done: pictures.length, unit: "pictures" });
  }
  if (pictures.length === 0) {
    throw new RangeError(
      `Cannot load images:${path}: it must hold at least one .png, .jpg or .jpeg file, got none`,
    );
  }
  // By code units, not by a locale, so that every machine sees the same order.
  pictures.sort((a, b) => a.name < b.name ? -1 : 1);
  const pixels = new Uint8Array(pictures.length * size * size);
  pictures.forEach((picture, i) => pixels.set(picture.pixels, i * size * size));
  return {
    name: `images:${path}`,
    provenance: `pictures in "${basename(path)}"`,
    size,
    count: pictures.length,
    pixels,
  };
}

async function findPictures(path: string): Promise<AsyncIterable<EncodedPicture>> {
  const info = await Deno.stat(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot load images:${path}: the path must be a folder or a zip file, got none there`,
      { cause: error },
    );
  });
  return info.isDirectory
    ? readFolder(path)
    : readZip(path, { wanted: isPictureName, maxBytes: MAX_BYTES });
}

/** Reads the pictures of a folder and of those inside it. */
async function* readFolder(folder: string): AsyncGenerator<EncodedPicture> {
  for await (const entry of Deno.readDir(folder)) {
    const name = join(folder, entry.name);
    if (entry.isDirectory) yield* readFolder(name);
    // A link counts if it leads to a file; links to folders may lead in circles.
    else if (isPictureName(name) && (await Deno.stat(name)).isFile) {
      yield { name, bytes: await Deno.readFile(name) };
    }
  }
}

/** Tells pictures by their endings; macOS puts `._name.png` beside a file, which is none. */
function isPictureName(name: string): boolean {
  return /(^|\/)[^./][^/]*\.(png|jpe?g)$/i.test(name) && !name.startsWith("__MACOSX/");
}
