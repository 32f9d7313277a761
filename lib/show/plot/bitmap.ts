/**
 * Pictures as plain bytes, and the few ways in which figures put them together.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { GAP } from "./style.ts";

/** An opaque picture; rows from top to bottom, four bytes (red, green, blue, alpha) a pixel. */
export interface Picture {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `width * height * 4` bytes. */
  readonly pixels: Uint8ClampedArray;
}

/** Where the smaller of two pictures stands beside or above the larger one. */
export type Alignment = "start" | "center" | "end";

/** How pictures are put together. */
export interface Arrangement {
  /** White pixels between neighbours. */
  readonly gap?: number;
  /** Where smaller pictures stand across the direction of the row; `center` by default. */
  readonly align?: Alignment;
}

/**
 * Makes a white picture.
 *
 * @param width Pixels in a row, an integer >= 1
 * @param height Rows, an integer >= 1
 * @throws {RangeError} If a side is not an integer >= 1
 */
export function createPicture(width: number, height: number): Picture {
  for (const [name, side] of [["width", width], ["height", height]] as const) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`Cannot make a picture: ${name} must be an integer >= 1, got ${side}`);
    }
  }
  return { width, height, pixels: new Uint8ClampedArray(width * height * 4).fill(255) };
}

/**
 * Gives the picture of a grey image, each value a square of `scale` by `scale` equal pixels.
 *
 * @param image `[H, W]`, values in [0, 1], 0 black, 1 white; values outside are clamped
 * @param size `[H, W]`
 * @param scale Pixels along a side of one value, an integer >= 1
 * @throws {TypeError} If the image does not have H * W values
 */
export function greyPicture(
  image: ArrayLike<number>,
  size: readonly [number, number],
  scale = 1,
): Picture {
  const [rows, columns] = size;
  if (image.length !== rows * columns) {
    throw new TypeError(
      `Cannot draw a grey image: image must have ${rows} * ${columns} = ${
        rows * columns
      } values, ` +
        `got ${image.length}`,
    );
  }
  const picture = createPicture(columns * scale, rows * scale);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const value = image[Math.floor(y / scale) * columns + Math.floor(x / scale)]!;
      picture.pixels.fill(
        255 * value,
        (y * picture.width + x) * 4,
        (y * picture.width + x) * 4 + 3,
      );
    }
  }
  return picture;
}

/** Copies `source` into `target` with its top left corner at `(left, top)`; it must fit. */
export function paste(target: Picture, source: Picture, left: number, top: number): void {
  const fits = left >= 0 && top >= 0 && left + source.width <= target.width &&
    top + source.height <= target.height;
  if (!fits) {
    throw new RangeError(
      `Cannot paste a picture: source must lie inside ${target.width} x ${target.height}, got ` +
        `${source.width} x ${source.height} at (${left}, ${top})`,
    );
  }
  for (let row = 0; row < source.height; row++) {
    const from = row * source.width * 4;
    target.pixels.set(
      source.pixels.subarray(from, from + source.width * 4),
      ((top + row) * target.width + left) * 4,
    );
  }
}

/**
 * Puts pictures in a row, from left to right, on white.
 *
 * @throws {RangeError} If there is no picture
 */
export function beside(pictures: readonly Picture[], arrangement: Arrangement = {}): Picture {
  const { gap = GAP, align = "center" } = arrangement;
  requireSome("put pictures beside each other", pictures);
  const width = sum(pictures.map((picture) => picture.width)) + gap * (pictures.length - 1);
  const sheet = createPicture(width, Math.max(...pictures.map((picture) => picture.height)));
  let left = 0;
  for (const picture of pictures) {
    paste(sheet, picture, left, offset(sheet.height - picture.height, align));
    left += picture.width + gap;
  }
  return sheet;
}

/**
 * Puts pictures in a column, from top to bottom, on white.
 *
 * @throws {RangeError} If there is no picture
 */
export function above(pictures: readonly Picture[], arrangement: Arrangement = {}): Picture {
  const { gap = GAP, align = "center" } = arrangement;
  requireSome("put pictures above each other", pictures);
  const height = sum(pictures.map((picture) => picture.height)) + gap * (pictures.length - 1);
  const sheet = createPicture(Math.max(...pictures.map((picture) => picture.width)), height);
  let top = 0;
  for (const picture of pictures) {
    paste(sheet, picture, offset(sheet.width - picture.width, align), top);
    top += picture.height + gap;
  }
  return sheet;
}

/**
 * Puts pictures of one size in rows of `columns`, filled from left to right and top to bottom.
 *
 * @throws {RangeError} If there is no picture
 */
export function grid(pictures: readonly Picture[], columns: number, gap = GAP): Picture {
  requireSome("put pictures in a grid", pictures);
  const rows = Array.from(
    { length: Math.ceil(pictures.length / columns) },
    (_, row) => beside(pictures.slice(row * columns, (row + 1) * columns), { gap }),
  );
  return above(rows, { gap, align: "start" });
}

/** Gives the picture with a white margin of `margin` pixels on each side. */
export function framed(picture: Picture, margin: number): Picture {
  const sheet = createPicture(picture.width + 2 * margin, picture.height + 2 * margin);
  paste(sheet, picture, margin, margin);
  return sheet;
}

/** Gives the bytes of a PNG file. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, pixels } = picture;
  const data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return new Uint8Array(PNG.sync.write({ width, height, data }, { colorType: 2 }));
}

/** Tells which picture file the bytes start, by their signature; undefined for any other. */
export function pictureFormat(bytes: Uint8Array): "png" | "gif" | undefined {
  const starts = (signature: readonly number[]) => signature.every((byte, i) => bytes[i] === byte);
  if (starts([0x89, 0x50, 0x4e, 0x47])) return "png"; // "\x89PNG"
  if (starts([0x47, 0x49, 0x46, 0x38])) return "gif"; // "GIF8"
  return undefined;
}

function offset(room: number, align: Alignment): number {
  return align === "start" ? 0 : align === "end" ? room : Math.floor(room / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function requireSome(action: string, pictures: readonly Picture[]): void {
  if (pictures.length === 0) {
    throw new RangeError(`Cannot ${action}: pictures must have at least one picture, got none`);
  }
}
