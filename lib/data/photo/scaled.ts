/**
 * Photographs in the size in which objects are looked for.
 *
 * @module
 */
import { type DecodedImage, lumaOf } from "@/data/formats/image_file.ts";

/**
 * Longest side, in pixels. Choice: 256, some ten times the model's images: smaller ones lose edges, larger
 * ones take longer, and the mean over pixels of a large photograph has less noise.
 */
export const LONGEST_SIDE = 256;

/** A photograph. */
export interface Photograph {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, each `[H, W]` in [0, 1], multiplied by opacity: as they look on black. */
  readonly channels: readonly Float32Array[];
  /** `[H, W]`: 1 opaque, 0 transparent. */
  readonly opacity: Float32Array;
}

/**
 * Scales an image down by a whole number until no side is longer than allowed; smaller ones stay as they
 * are. Each pixel is the mean of the square that it covers, at the last column and row of what is left of it.
 */
export function scaledPhotograph(image: DecodedImage, longestSide = LONGEST_SIDE): Photograph {
  const { colours } = image;
  const factor = Math.ceil(Math.max(image.width, image.height) / longestSide);
  const [width, height] = [Math.ceil(image.width / factor), Math.ceil(image.height / factor)];
  const sums = Array.from({ length: 4 }, () => new Float32Array(width * height));
  const [red, green, blue, opacity] = sums as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let y = 0, at = 0; y < image.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < image.width; x++, at += 4) {
      const i = row + Math.floor(x / factor);
      const alpha = colours[at + 3]! / 255;
      red[i]! += colours[at]! / 255 * alpha;
      green[i]! += colours[at + 1]! / 255 * alpha;
      blue[i]! += colours[at + 2]! / 255 * alpha;
      opacity[i]! += alpha;
    }
  }
  const covered = (index: number, count: number) => Math.min(factor, count - index * factor);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const area = covered(x, image.width) * covered(y, image.height);
      for (const sum of sums) sum[i]! /= area;
    }
  }
  return { width, height, channels: [red, green, blue], opacity };
}

/** Gives the luma of each pixel `[H, W]` of three channels. */
export function lumaOfChannels([red, green, blue]: readonly Float32Array[]): Float32Array {
  return red!.map((value, i) => lumaOf(value, green![i]!, blue![i]!));
}
