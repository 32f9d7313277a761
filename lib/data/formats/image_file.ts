/**
 * Decodes an image, to its colours or to a small grey one.
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

/** A decoded image, or a part of one. */
export interface DecodedImage extends Size {
  /** `[height, width, 4]`: red, green, blue, not multiplied by the opacity that follows them. */
  readonly colours: Uint8ClampedArray;
}

/** The last canvas, reused: a thousand new ones hold 1 GB before their memory is freed. */
let canvas: Canvas | undefined;

/** Frees an image's pixels when set as its source. */
const NO_IMAGE = new Uint8Array();

/**
 * Decodes a PNG or JPEG.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @throws {SyntaxError} If the bytes are not an image, or a damaged one
 * @throws {RangeError} If it has more than 2^28 pixels
 */
export async function decodeImage(bytes: Uint8Array, file: string): Promise<DecodedImage> {
  const { colours, area } = await decode(bytes, file, (size) => ({ left: 0, top: 0, ...size }));
  return { width: area.width, height: area.height, colours };
}

/**
 * Decodes a PNG or JPEG and returns its centre square in grey.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @param size Side of the result
 * @returns `[size, size]`, values in [0, 1]
 * @throws What `decodeImage` throws
 */
export async function greySquare(
  bytes: Uint8Array,
  file: string,
  size: number,
): Promise<Float32Array> {
  return middleSquare(await decodeImage(bytes, file), size);
}

/**
 * Returns an image's centre square in grey.
 *
 * @param image The image
 * @param size Side of the result
 * @returns `[size, size]`, values in [0, 1]
 */
export function middleSquare({ width, height, colours }: DecodedImage, size: number): Float32Array {
  const side = Math.min(width, height);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const values = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * width + left) * 4;
    values.set(greyOf(colours.subarray(start, start + 4 * side)), row * side);
  }
  return resizeSquare(values, side, size);
}

/**
 * Decodes a PNG or JPEG and returns a square crop in grey.
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
  const { colours, area } = await decode(bytes, file, (size) => {
    const { left, top, side } = cropOf(size);
    return { left, top, width: side, height: side };
  }, maxPixels);
  const { left, top, width: side } = area;
  return { crop: { left, top, side }, values: greyOf(colours) };
}

/**
 * Turns colours grey.
 *
 * Choice: luma of Rec. 601 (0.299, 0.587, 0.114), which JPEG, Pillow and OpenCV mean by "grey".
 * Choice: transparent pixels count as black, since objects are white on black.
 */
function greyOf(colours: Uint8ClampedArray): Float32Array {
  const values = new Float32Array(colours.length / 4);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    values[i] = lumaOf(colours[at]!, colours[at + 1]!, colours[at + 2]!) * colours[at + 3]! /
      255 ** 2;
  }
  return values;
}

/** Gives the luma of a colour, on the scale of its channels. */
export function lumaOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A part of an image. */
interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

async function decode(
  bytes: Uint8Array,
  file: string,
  areaOf: (size: Size) => Area,
  maxPixels = MAX_PIXELS,
): Promise<{ area: Area; colours: Uint8ClampedArray }> {
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
  // Not from the header, which ignores EXIF orientation.
  const area = areaOf({ width: image.width, height: image.height });
  const { left, top, width, height } = area;
  if (canvas?.width !== width || canvas.height !== height) canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  context.drawImage(image, -left, -top);
  const colours = context.getImageData(0, 0, width, height).data;
  // The garbage collector does not see an image's native memory and would free it late.
  image.src = NO_IMAGE;
  // The decoder leaves rows of a JPEG that it cannot decode transparent; a complete one is opaque.
  for (let at = 3; !isPng && at < colours.length; at += 4) {
    if (colours[at] === 0) fail("its end missing");
  }
  return { area, colours };
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
