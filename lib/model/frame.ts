/**
 * The frame around images whose side the networks cannot halve often enough.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";

/** How images stand in the middle of a larger, black square. */
export interface Frame {
  /** Side of the square, and of the grids behind it. */
  readonly size: number;
  /** Pixels on each side of the images. */
  readonly border: number;
  /** Puts images `[B, S, S, 1]` into the square `[B, size, size]`. */
  pad(images: tf.Tensor4D): tf.Tensor3D;
  /** Takes images `[B, S, S]` out of the square `[B, size, size]`. */
  crop(framed: tf.Tensor3D): tf.Tensor3D;
}

/**
 * Makes a frame.
 *
 * @param imageSize S, even
 * @param multiple The square's side is the least multiple of it that images fit in; even
 */
export function createFrame(imageSize: number, multiple: number): Frame {
  const size = multiple * Math.ceil(imageSize / multiple);
  const border = (size - imageSize) / 2;
  const sides: [number, number] = [border, border];
  return {
    size,
    border,
    pad: (images) =>
      tf.pad(images.reshape([-1, imageSize, imageSize]), [[0, 0], sides, sides]) as tf.Tensor3D,
    crop: (framed) =>
      tf.slice(framed, [0, ...sides], [framed.shape[0], imageSize, imageSize]) as tf.Tensor3D,
  };
}
