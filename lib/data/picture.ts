/**
 * Turns an encoded picture into a small grey one.
 *
 * @module
 */
import { createCanvas, type Image, loadImage } from "@napi-rs/canvas";
import { crc32 } from "node:zlib";
import { resizeSquare } from "./resize.ts";

/** The most pixels a picture may have: a larger one would take over 1 GB to decode. */
const MAX_PIXELS = 2 ** 28;

/**
 * Decodes a PNG or JPEG and gives its middle square in grey.
 *
 * Choice: luma of Rec. 601 (.299, .587, .114), what "grey" means in JPEG, Pillow and OpenCV.
 * Choice: clear pixels count as black, since objects are white on black.
 *
 * @param bytes The encoded picture
 * @param file Its name, for messages
 * @param size Side of the result
 * @returns `[size, size]`, values in [0, 1]
 * @throws {SyntaxError} If the bytes are no picture, or a damaged one
 * @throws {RangeError} If it has more than 2^28 pixels
 */
export async function greySquare(
  bytes: Uint8Array,
  file: string,
  size: number,
): Promise<Float32Array> {
  const isPng = checkSignature(bytes, file);
  const image = await decode(bytes, file);
  const side = Math.min(image.width, image.height);
  const left = Math.floor((image.width - side) / 2);
  const top = Math.floor((image.height - side) / 2);
  const context = createCanvas(side, side).getContext("2d");
  context.drawImage(image, -left, -top);
  const colours = context.getImageData(0, 0, side, side).data; // [side, side, 4]
  const grey = new Float32Array(side * side);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    const opacity = colours[at + 3]!;
    // The decoder leaves clear what a JPEG cut short does not tell; a whole one has no clear pixel.
    if (opacity === 0 && !isPng) throw noPicture(file, bytes, "its end missing");
    const luma = 0.299 * colours[at]! + 0.587 * colours[at + 1]! + 0.114 * colours[at + 2]!;
    grey[i] = luma * opacity / 255 ** 2;
  }
  return resizeSquare(grey, side, size);
}

async function decode(bytes: Uint8Array, file: string): Promise<Image> {
  const image = await loadImage(bytes).catch((error) => {
    throw noPicture(file, bytes, (error as Error).message);
  });
  const pixelCount = image.width * image.height;
  if (pixelCount > MAX_PIXELS) {
    throw new RangeError(
      `Cannot read "${file}": it must have at most ${MAX_PIXELS} pixels, got ${pixelCount}`,
    );
  }
  return image;
}

/**
 * Tells a PNG from a JPEG and refuses the rest: the decoder would also take formats that can refer
 * to other files, such as SVG, and half a PNG as if its lower part were clear.
 */
function checkSignature(bytes: Uint8Array, file: string): boolean {
  const signature = bytes.subarray(0, 8).toHex();
  if (signature.startsWith("ffd8ff")) return false;
  if (signature !== "89504e470d0a1a0a") {
    throw noPicture(file, bytes, "neither a PNG nor a JPEG signature");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Chunks of length, name, content and check sum, up to the one named IEND.
  for (let at = 8;;) {
    const end = at + 8 < bytes.length ? at + 8 + view.getUint32(at) : Infinity;
    if (end + 4 > bytes.length) throw noPicture(file, bytes, "its end missing");
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw noPicture(file, bytes, "a wrong check sum");
    }
    if (view.getUint32(at + 4) === 0x49454e44) return true;
    at = end + 4;
  }
}

function noPicture(file: string, bytes: Uint8Array, found: string): SyntaxError {
  return new SyntaxError(
    `Cannot read "${file}": it must be a whole PNG or JPEG picture, ` +
      `got ${bytes.length} bytes with ${found}; take it out or replace it`,
  );
}
