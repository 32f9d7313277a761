/**
 * Bitmaps as plain bytes, and the ways in which figures combine them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { GAP } from "./style.ts";

/** An opaque bitmap; rows from top to bottom, four bytes (red, green, blue, alpha) a pixel. */
export interface Bitmap {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `width * height * 4` bytes. */
  readonly pixels: Uint8ClampedArray;
}

/** Position of the smaller of two bitmaps beside or above the larger one. */
export type Alignment = "start" | "center" | "end";

/** How bitmaps are combined. */
export interface Arrangement {
  /** White pixels between neighbours. */
  readonly gap?: number;
  /** Position of smaller bitmaps across the direction of the row; `center` by default. */
  readonly align?: Alignment;
}

/**
 * Makes a white bitmap.
 *
 * @param width Pixels in a row, an integer >= 1
 * @param height Rows, an integer >= 1
 * @throws {RangeError} If a side is not an integer >= 1
 */
export function createBitmap(width: number, height: number): Bitmap {
  for (const [name, side] of [["width", width], ["height", height]] as const) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`Cannot make a bitmap: ${name} must be an integer >= 1, got ${side}`);
    }
  }
  return { width, height, pixels: new Uint8ClampedArray(width * height * 4).fill(255) };
}

/**
 * Gives the bitmap of a grey image, in which each value is a square of `scale` by `scale` equal
 * pixels.
 *
 * @param image `[H, W]`, values in [0, 1], 0 black, 1 white; values outside are clamped
 * @param size `[H, W]`
 * @param scale Pixels along a side of one value, an integer >= 1
 * @throws {TypeError} If the image does not have H * W values
 */
export function greyBitmap(
  image: ArrayLike<number>,
  size: readonly [number, number],
  scale = 1,
): Bitmap {
  const [rows, columns] = size;
  if (image.length !== rows * columns) {
    throw new TypeError(
      `Cannot draw a grey image: image must have ${rows} * ${columns} = ${
        rows * columns
      } values, ` +
        `got ${image.length}`,
    );
  }
  const bitmap = createBitmap(columns * scale, rows * scale);
  for (let y = 0; y < bitmap.height; y++) {
    for (let x = 0; x < bitmap.width; x++) {
      const value = image[Math.floor(y / scale) * columns + Math.floor(x / scale)]!;
      bitmap.pixels.fill(
        255 * value,
        (y * bitmap.width + x) * 4,
        (y * bitmap.width + x) * 4 + 3,
      );
    }
  }
  return bitmap;
}

/** Copies `source` into `target` with its top left corner at `(left, top)`; it must fit. */
export function paste(target: Bitmap, source: Bitmap, left: number, top: number): void {
  const fits = left >= 0 && top >= 0 && left + source.width <= target.width &&
    top + source.height <= target.height;
  if (!fits) {
    throw new RangeError(
      `Cannot paste a bitmap: source must lie inside ${target.width} x ${target.height}, got ` +
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
 * Puts bitmaps in a row, from left to right, on white.
 *
 * @throws {RangeError} If there are no bitmaps
 */
export function beside(bitmaps: readonly Bitmap[], arrangement: Arrangement = {}): Bitmap {
  const { gap = GAP, align = "center" } = arrangement;
  requireSome("put bitmaps beside each other", bitmaps);
  const width = sum(bitmaps.map((bitmap) => bitmap.width)) + gap * (bitmaps.length - 1);
  const sheet = createBitmap(width, Math.max(...bitmaps.map((bitmap) => bitmap.height)));
  let left = 0;
  for (const bitmap of bitmaps) {
    paste(sheet, bitmap, left, offset(sheet.height - bitmap.height, align));
    left += bitmap.width + gap;
  }
  return sheet;
}

/**
 * Puts bitmaps in a column, from top to bottom, on white.
 *
 * @throws {RangeError} If there are no bitmaps
 */
export function above(bitmaps: readonly Bitmap[], arrangement: Arrangement = {}): Bitmap {
  const { gap = GAP, align = "center" } = arrangement;
  requireSome("put bitmaps above each other", bitmaps);
  const height = sum(bitmaps.map((bitmap) => bitmap.height)) + gap * (bitmaps.length - 1);
  const sheet = createBitmap(Math.max(...bitmaps.map((bitmap) => bitmap.width)), height);
  let top = 0;
  for (const bitmap of bitmaps) {
    paste(sheet, bitmap, offset(sheet.width - bitmap.width, align), top);
    top += bitmap.height + gap;
  }
  return sheet;
}

/**
 * Puts bitmaps of one size in rows of `columns`, from left to right and top to bottom.
 *
 * @throws {RangeError} If there are no bitmaps
 */
export function grid(bitmaps: readonly Bitmap[], columns: number, gap = GAP): Bitmap {
  requireSome("put bitmaps in a grid", bitmaps);
  const rows = Array.from(
    { length: Math.ceil(bitmaps.length / columns) },
    (_, row) => beside(bitmaps.slice(row * columns, (row + 1) * columns), { gap }),
  );
  return above(rows, { gap, align: "start" });
}

/** Gives the bitmap with a white margin of `margin` pixels on each side. */
export function framed(bitmap: Bitmap, margin: number): Bitmap {
  const sheet = createBitmap(bitmap.width + 2 * margin, bitmap.height + 2 * margin);
  paste(sheet, bitmap, margin, margin);
  return sheet;
}

/** Gives the bytes of a PNG file. */
export function encodePng(bitmap: Bitmap): Uint8Array {
  const { width, height, pixels } = bitmap;
  const data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return new Uint8Array(PNG.sync.write({ width, height, data }, { colorType: 2 }));
}

/** Detects the format of an image file by its signature; undefined for any other. */
export function imageFormat(bytes: Uint8Array): "png" | "gif" | undefined {
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

function requireSome(action: string, bitmaps: readonly Bitmap[]): void {
  if (bitmaps.length === 0) {
    throw new RangeError(`Cannot ${action}: bitmaps must not be empty`);
  }
}
