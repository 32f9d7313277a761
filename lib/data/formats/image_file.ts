/**
 * Decodes an image to a small grey one.
 *
 * @module
 */
import { type Canvas, createCanvas, loadImage } from "@napi-rs/canvas";
import { resizeSquare } from "@/data/resize.ts";
import { checkJpeg } from "./jpeg_check.ts";
import { checkPng, type Fail, type Size } from "./png_check.ts";

/** Pixel limit: a larger image would take over 1 GB to decode. */
const MAX_PIXELS = 2 ** 28;

/** A square crop, in pixels. */
export interface Crop {
  /** Columns to its left. */
  readonly left: number;
  /** Rows above it. */
  readonly top: number;
  /** Its side. */
  readonly side: number;
}

/** The last canvas, reused: a thousand new ones hold 1 GB before their memory is freed. */
let canvas: Canvas | undefined;

/** Frees an image's pixels when set as its source. */
const NO_IMAGE = new Uint8Array();

/**
 * Decodes a PNG or JPEG and returns its centre square in grey.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @param size Side of the result
 * @returns `[size, size]`, values in [0, 1]
 * @throws {SyntaxError} If the bytes are not an image, or a damaged one
 * @throws {RangeError} If it has more than 2^28 pixels
 */
export async function greySquare(
  bytes: Uint8Array,
  file: string,
  size: number,
): Promise<Float32Array> {
  const { crop, values } = await greyCrop(bytes, file, ({ width, height }) => {
    const side = Math.min(width, height);
    return {
      left: Math.floor((width - side) / 2),
      top: Math.floor((height - side) / 2),
      side,
    };
  });
  return resizeSquare(values, crop.side, size);
}

/**
 * Decodes a PNG or JPEG and returns a square crop in grey.
 *
 * Choice: luma of Rec. 601 (0.299, 0.587, 0.114), which JPEG, Pillow and OpenCV mean by "grey".
 * Choice: transparent pixels count as black, since objects are white on black.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @param cropOf Chooses the crop from the image's size; may throw
 * @param maxPixels Pixel limit, which bounds memory
 * @returns The crop, and its pixels `[side, side]`, values in [0, 1]
 * @throws {SyntaxError} If the bytes are not an image, or a damaged one
 * @throws {RangeError} If it has more than `maxPixels`
 */
export async function greyCrop(
  bytes: Uint8Array,
  file: string,
  cropOf: (size: Size) => Crop,
  maxPixels = MAX_PIXELS,
): Promise<{ crop: Crop; values: Float32Array }> {
  const fail: Fail = (found, cure) => {
    throw notAnImage(file, bytes, found, cure);
  };
  const { isPng } = await checkWhole(bytes, fail, ({ width, height }) => {
    if (width * height > maxPixels) {
      throw new RangeError(
        `Cannot read "${file}": it must have at most ${maxPixels} pixels, got ${width * height}`,
      );
    }
  });
  const image = await loadImage(bytes).catch((error) => fail((error as Error).message));
  const crop = cropOf(image); // not from the header, which ignores EXIF orientation
  const { left, top, side } = crop;
  if (canvas?.width !== side) canvas = createCanvas(side, side);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, side, side);
  context.drawImage(image, -left, -top);
  const colours = context.getImageData(0, 0, side, side).data; // [side, side, 4]
  // The garbage collector does not see an image's native memory and would free it late.
  image.src = NO_IMAGE;
  const values = new Float32Array(side * side);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const opacity = colours[at + 3]!;
    // The decoder leaves rows of a JPEG that it cannot decode transparent; a complete one is opaque.
    if (opacity === 0 && !isPng) fail("its end missing");
    const luma = 0.299 * colours[at]! + 0.587 * colours[at + 1]! + 0.114 * colours[at + 2]!;
    values[i] = luma * opacity / 255 ** 2;
  }
  return { crop, values };
}

/**
 * Accepts whole PNGs and JPEGs only: the decoder would also take formats that can refer to other
 * files, such as SVG, and fills missing rows without an error. The size is checked first, so that a
 * huge image is rejected before decoding.
 */
async function checkWhole(
  bytes: Uint8Array,
  fail: Fail,
  checkSize: (size: Size) => void,
): Promise<{ isPng: boolean }> {
  const signature = bytes.subarray(0, 8).toHex();
  const isPng = signature === "89504e470d0a1a0a";
  if (isPng) await checkPng(bytes, fail, checkSize);
  else if (signature.startsWith("ffd8ff")) checkJpeg(bytes, fail, checkSize);
  else {
    const start = String.fromCharCode(...bytes.subarray(0, 16));
    const [, other] = OTHER_IMAGES.find(([pattern]) => pattern.test(start)) ?? [];
    if (other) fail(`the content of ${other} image`, "save it as PNG or JPEG");
    fail("neither a PNG nor a JPEG signature");
  }
  return { isPng };
}

/** First bytes of other images, which browsers and phones save under names of these. */
const OTHER_IMAGES: readonly (readonly [start: RegExp, name: string])[] = [
  [/^RIFF.{4}WEBP/s, "a WebP"],
  [/^.{4}ftypavi[fs]/s, "an AVIF"],
  [/^.{4}ftyp(?:hei|hev|mif)/s, "a HEIF"],
  [/^GIF8/, "a GIF"],
  [/^BM/, "a BMP"],
  [/^(?:II\*\0|MM\0\*)/, "a TIFF"],
  [/^<svg/, "an SVG"],
];

function notAnImage(
  file: string,
  bytes: Uint8Array,
  found: string,
  cure = "remove or replace it",
): SyntaxError {
  return new SyntaxError(
    `Cannot read "${file}": it must be a complete PNG or JPEG image, ` +
      `got ${bytes.length} bytes with ${found}; ${cure}`,
  );
}
