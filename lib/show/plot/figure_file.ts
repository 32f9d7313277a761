/**
 * Figure files, each with a record of how it was made.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import { encodeGif, type GifOptions } from "./animation.ts";
import { type Bitmap, encodePng, imageFormat } from "./bitmap.ts";

/** How a figure was made; saved as JSON beside it. */
export interface FigureRecord {
  /** The whole config of the run. */
  readonly config: unknown;
  /** The seed of every random draw. */
  readonly seed: number;
  /** The commit of the code. */
  readonly commit: string;
  /** Minutes taken to make the figure, training included. */
  readonly minutes: number;
  /** The kind of machine, as from `describeMachine()`. */
  readonly machine: string;
  /** Source of the images behind it, if there are any. */
  readonly data?: string;
  /** Measurements by name, with the unit in the name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A figure: an image, images to animate, an SVG document, or a file's bytes. */
export type Figure = Bitmap | readonly Bitmap[] | string | Uint8Array;

/** Where a figure goes. */
export interface SaveOptions extends GifOptions {
  /** The folder, created if missing. */
  readonly folder: string;
}

/** The two files of a figure. */
export interface SavedFigure {
  /** The image: `<folder>/<name>.png`, `.gif` or `.svg`. */
  readonly file: string;
  /** Its record: `<folder>/<name>.json`. */
  readonly record: string;
  /** The image's size in bytes. */
  readonly byteCount: number;
}

/** Maximum file size: larger files slow down every clone of the repository. */
const MOST_BYTES = 4_000_000;

/**
 * Writes a figure and its record. Both are written under a temporary name and renamed, so that
 * readers never see a partial file.
 *
 * @param name The files' name without extension, such as `fig04_turntable_digits`
 * @param figure An image (becomes a PNG), images (a GIF), an SVG document, or PNG or GIF bytes
 * @param record How the figure was made
 * @param options The folder, and how a GIF plays
 * @throws {RangeError} If the file would exceed 4 MB
 * @throws {TypeError} If the name is not a plain file name, or bytes are neither PNG nor GIF
 */
export async function saveFigure(
  name: string,
  figure: Figure,
  record: FigureRecord,
  options: SaveOptions,
): Promise<SavedFigure> {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) {
    throw new TypeError(
      `Cannot save a figure: name must consist of a-z, 0-9, _ and -, got ${JSON.stringify(name)}`,
    );
  }
  const { bytes, extension } = encode(figure, options);
  if (bytes.length > MOST_BYTES) {
    throw new RangeError(
      `Cannot save figure ${name}: the file must have at most ${MOST_BYTES} bytes, got ` +
        `${bytes.length}; draw fewer frames, fewer colours or a smaller scale`,
    );
  }
  const file = join(options.folder, `${name}.${extension}`);
  const recordFile = join(options.folder, `${name}.json`);
  await writeAtomically(file, bytes);
  const text = JSON.stringify({ figure: `${name}.${extension}`, ...record }, null, 2) + "\n";
  await writeAtomically(recordFile, text);
  return { file, record: recordFile, byteCount: bytes.length };
}

function encode(figure: Figure, options: GifOptions): { bytes: Uint8Array; extension: string } {
  if (typeof figure === "string") {
    return { bytes: new TextEncoder().encode(figure), extension: "svg" };
  }
  if (figure instanceof Uint8Array) {
    const extension = imageFormat(figure);
    if (extension) return { bytes: figure, extension };
    throw new TypeError(
      `Cannot save a figure: bytes must be those of a PNG or GIF file, got ${figure.length} ` +
        `other bytes`,
    );
  }
  if ("pixels" in figure) return { bytes: encodePng(figure), extension: "png" };
  return { bytes: encodeGif(figure, options), extension: "gif" };
}
