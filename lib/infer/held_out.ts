/**
 * How well a model explains an image, beside unseen images of the kind that it was trained on.
 *
 * @module
 */
import type { Reconstruction } from "./inference.ts";

/**
 * Gives the squared error of a pixel for each image.
 *
 * @param images `[N, S, S]` in [0, 1]
 * @param reconstruction What the model makes of them, N rows
 * @returns `[N]`
 */
export function imageErrors(
  images: Float32Array,
  { rendering, azimuth }: Pick<Reconstruction, "rendering" | "azimuth">,
): number[] {
  const area = images.length / azimuth.length;
  return Array.from(azimuth, (_, i) => {
    let sum = 0;
    for (let at = i * area; at < (i + 1) * area; at++) sum += (rendering[at]! - images[at]!) ** 2;
    return sum / area;
  });
}

/**
 * An image with a larger error than this share of held-out images is of another kind. Choice: 99 %, so that
 * one in a hundred images of the right kind is warned of by mistake.
 */
export const FAMILIAR = 0.99;

/**
 * Gives the share of held-out images that are explained better than an image.
 *
 * @param error The image's squared error of a pixel
 * @param heldOut Those of images that were not trained on, at least one
 * @returns From 0, better than all, to 1, worse than all
 * @throws {RangeError} If there is none
 */
export function shareBelow(error: number, heldOut: readonly number[]): number {
  if (heldOut.length === 0) {
    throw new RangeError("Cannot compare an error: heldOut must not be empty");
  }
  return heldOut.filter((other) => other < error).length / heldOut.length;
}
