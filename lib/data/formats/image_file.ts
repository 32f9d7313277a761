/**
 * Turns an encoded image into a small grey one.
 *
 * @module
 */
import { type Canvas, createCanvas, loadImage } from "@napi-rs/canvas";
import { crc32 } from "node:zlib";
import { resizeSquare } from "@/data/resize.ts";

/** The most pixels an image may have: a larger one would take over 1 GB to decode. */
const MAX_PIXELS = 2 ** 28;

/** A square part of an image, in its pixels. */
export interface Crop {
  /** Columns to its left. */
  readonly left: number;
  /** Rows above it. */
  readonly top: number;
  /** Its side. */
  readonly side: number;
}

/** How large an image is, in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** The last canvas, used again: a thousand new ones hold 1 GB before their memory is given back. */
let canvas: Canvas | undefined;

/** Given to an image as its source, lets go of its pixels. */
const NO_IMAGE = new Uint8Array();

/**
 * Decodes a PNG or JPEG and gives its middle square in grey.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @param size Side of the result
 * @returns `[size, size]`, values in [0, 1]
 * @throws {SyntaxError} If the bytes are no image, or a damaged one
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
 * Decodes a PNG or JPEG and gives a square part of it in grey.
 *
 * Choice: luma of Rec. 601 (.299, .587, .114), what "grey" means in JPEG, Pillow and OpenCV.
 * Choice: clear pixels count as black, since objects are white on black.
 *
 * @param bytes The encoded image
 * @param file Its name, for messages
 * @param cropOf Says which part, given the size of the image; may throw if it knows none
 * @param maxPixels The most pixels it may have, which bounds the memory
 * @returns The part, and its pixels `[side, side]`, values in [0, 1]
 * @throws {SyntaxError} If the bytes are no image, or a damaged one
 * @throws {RangeError} If it has more than `maxPixels`
 */
export async function greyCrop(
  bytes: Uint8Array,
  file: string,
  cropOf: (size: Size) => Crop,
  maxPixels = MAX_PIXELS,
): Promise<{ crop: Crop; values: Float32Array }> {
  const { isPng, width, height } = readHeader(bytes, file);
  if (width * height > maxPixels) {
    throw new RangeError(
      `Cannot read "${file}": it must have at most ${maxPixels} pixels, got ${width * height}`,
    );
  }
  const image = await loadImage(bytes).catch((error) => {
    throw notAnImage(file, bytes, (error as Error).message);
  });
  const crop = cropOf(image); // not of the header, which does not know how a camera was held
  const { left, top, side } = crop;
  if (canvas?.width !== side) canvas = createCanvas(side, side);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, side, side);
  context.drawImage(image, -left, -top);
  const colours = context.getImageData(0, 0, side, side).data; // [side, side, 4]
  // The collector does not know how much native memory an image holds, and would leave it for long.
  image.src = NO_IMAGE;
  const values = new Float32Array(side * side);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const opacity = colours[at + 3]!;
    // The decoder leaves clear what a JPEG cut short does not tell; a whole one has no clear pixel.
    if (opacity === 0 && !isPng) throw notAnImage(file, bytes, "its end missing");
    const luma = 0.299 * colours[at]! + 0.587 * colours[at + 1]! + 0.114 * colours[at + 2]!;
    values[i] = luma * opacity / 255 ** 2;
  }
  return { crop, values };
}

/**
 * Tells a PNG from a JPEG and refuses the rest: the decoder would also take formats that can refer
 * to other files, such as SVG, and half a PNG as if its lower part were clear. Gives the size too, so
 * that a huge image is refused before anything decodes it.
 */
function readHeader(bytes: Uint8Array, file: string): Size & { isPng: boolean } {
  const signature = bytes.subarray(0, 8).toHex();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (signature === "89504e470d0a1a0a") {
    checkPng(view, bytes, file);
    return { isPng: true, width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (signature.startsWith("ffd8ff")) return { isPng: false, ...readJpegSize(view, bytes, file) };
  throw notAnImage(file, bytes, "neither a PNG nor a JPEG signature");
}

/** Goes through chunks of length, name, content and check sum, up to the one named IEND. */
function checkPng(view: DataView, bytes: Uint8Array, file: string): void {
  for (let at = 8;;) {
    const end = at + 8 < bytes.length ? at + 8 + view.getUint32(at) : Infinity;
    if (end + 4 > bytes.length) throw notAnImage(file, bytes, "its end missing");
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw notAnImage(file, bytes, "a wrong check sum");
    }
    if (view.getUint32(at + 4) === 0x49454e44) return;
    at = end + 4;
  }
}

/** Goes through segments of marker, length and content, up to the one that opens a frame. */
function readJpegSize(view: DataView, bytes: Uint8Array, file: string): Size {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    // C0 to CF open frames, but for the tables C4 and CC and the extension C8.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2); // any number of FF may stand before it
  }
  throw notAnImage(file, bytes, "its end missing");
}

function notAnImage(file: string, bytes: Uint8Array, found: string): SyntaxError {
  return new SyntaxError(
    `Cannot read "${file}": it must be a whole PNG or JPEG image, ` +
      `got ${bytes.length} bytes with ${found}; take it out or replace it`,
  );
}
