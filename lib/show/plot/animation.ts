/**
 * Animated GIFs: one palette for all frames, and only what changed from frame to frame, so that a
 * hundred frames stay near a megabyte.
 *
 * @module
 */
import gifenc from "gifenc";
import { stopButton } from "@/engine/stop_button.ts";
import type { Bitmap } from "./bitmap.ts";

/** How an animation plays and is compressed. */
export interface GifOptions {
  /** Duration of each frame, in milliseconds, >= 20; GIF counts in steps of 10. */
  readonly millisecondsPerFrame?: number;
  /** Duration of the last frame before the animation restarts, in milliseconds. */
  readonly holdLast?: number;
  /** Colours in the palette, an integer in [2, 255]; fewer make a smaller file. */
  readonly colours?: number;
}

/** The first index of the palette means "as in the previous frame". */
const UNCHANGED = 0;

/**
 * The palette is chosen from about this many pixels.
 * Choice: half a million, which takes a tenth of a second and misses no visible colour.
 */
const SAMPLED_PIXELS = 500_000;

/**
 * Range of the dither in a colour, from lowest to highest, in levels of 255.
 * Choice: 32, the least at which the colour cube shows no bands; it adds a sixth to the file.
 */
const DITHER_LEVELS = 32;

/** Bayer's matrix: thresholds that depend only on position, so still parts stay unchanged. */
const DITHER_ORDER = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/**
 * Gives the bytes of a GIF file that loops for ever.
 *
 * @param frames Bitmaps of one size, at least one
 * @param options Times and colours; by default 100 ms a frame, 2 s for the last, 255 colours
 * @throws {RangeError} If there are no frames, or an option is out of range
 * @throws {TypeError} If the frames differ in size
 */
export function encodeGif(frames: readonly Bitmap[], options: GifOptions = {}): Uint8Array {
  const { millisecondsPerFrame = 100, holdLast = 2000, colours = 255 } = options;
  checkFrames(frames);
  checkOption("colours", colours, 2, 255);
  checkOption("millisecondsPerFrame", millisecondsPerFrame, 20, 60_000);
  checkOption("holdLast", holdLast, 20, 60_000);

  const palette = sharedPalette(frames, colours);
  const encoder = gifenc.GIFEncoder();
  const shown = new Uint8Array(frames[0]!.width * frames[0]!.height); // all UNCHANGED: no pixel yet
  frames.forEach((frame, i) => {
    stopButton.check();
    const indices: Uint8Array = gifenc.applyPalette(dithered(frame), palette.slice(1));
    for (let p = 0; p < indices.length; p++) {
      const index = indices[p]! + 1;
      indices[p] = index === shown[p] ? UNCHANGED : index;
      shown[p] = index;
    }
    encoder.writeFrame(indices, frame.width, frame.height, {
      palette: i === 0 ? palette : undefined, // later frames use the first one's
      delay: i === frames.length - 1 ? holdLast : millisecondsPerFrame,
      transparent: i > 0,
      transparentIndex: UNCHANGED,
      dispose: 1, // keep the frame, so that transparent pixels show it
    });
  });
  encoder.finish();
  return encoder.bytes();
}

/** Gives the best colours for all frames, after one index for `UNCHANGED`. */
function sharedPalette(frames: readonly Bitmap[], colours: number): number[][] {
  const pixelCount = frames.length * frames[0]!.width * frames[0]!.height;
  const stride = Math.max(1, Math.floor(pixelCount / SAMPLED_PIXELS));
  const sample = new Uint32Array(Math.ceil(pixelCount / stride));
  let [taken, next] = [0, 0];
  for (const { pixels } of frames) {
    const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / 4);
    for (; next < words.length; next += stride) sample[taken++] = words[next]!;
    next -= words.length;
  }
  const bytes = new Uint8Array(sample.buffer, 0, 4 * taken);
  const palette: number[][] = gifenc.quantize(bytes, colours - 1);
  gifenc.snapColorsToPalette(palette, [[0, 0, 0]], 8);
  // Few colours must not tint the white background with an average of near-whites.
  return [[255, 255, 255], ...palette, [255, 255, 255]];
}

/** Gives the frame's pixels with coloured ones dithered; greys, and so text, stay crisp. */
function dithered({ width, pixels }: Bitmap): Uint8ClampedArray {
  const moved = new Uint8ClampedArray(pixels);
  for (let p = 0; p < pixels.length / 4; p++) {
    const [red, green, blue] = [pixels[4 * p]!, pixels[4 * p + 1]!, pixels[4 * p + 2]!];
    if (red === green && green === blue) continue;
    const order = DITHER_ORDER[Math.floor(p / width) % 4]![p % width % 4]!;
    const move = ((order + 0.5) / 16 - 0.5) * DITHER_LEVELS;
    moved[4 * p] = red + move;
    moved[4 * p + 1] = green + move;
    moved[4 * p + 2] = blue + move;
  }
  return moved;
}

function checkFrames(frames: readonly Bitmap[]): void {
  const first = frames[0];
  if (!first) {
    throw new RangeError("Cannot encode a GIF: frames must not be empty");
  }
  frames.forEach(({ width, height }, i) => {
    if (width !== first.width || height !== first.height) {
      throw new TypeError(
        `Cannot encode a GIF: frame ${i} must be ${first.width} x ${first.height} like frame 0, ` +
          `got ${width} x ${height}`,
      );
    }
  });
}

function checkOption(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `Cannot encode a GIF: ${name} must be an integer in [${low}, ${high}], got ${value}`,
    );
  }
}
