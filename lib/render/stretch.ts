/**
 * Images and grids stretched about their centre: from a level camera, the silhouette of an object that is
 * stretched by (u, v, u) is its silhouette stretched by (u, v), from the same azimuth.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { bilinearWeights } from "./bilinear.ts";

/**
 * Stretches images, bilinearly; what comes in from outside is 0.
 *
 * @param images `[B, S, S]`
 * @param shrink `[B, 2]`: a pixel at (x, y) of the result is read at (shrink_x x, shrink_y y)
 * @returns `[B, S, S]`
 * @throws {TypeError} If a shape is wrong
 */
export function stretchImages(images: tf.Tensor3D, shrink: tf.Tensor2D): tf.Tensor3D {
  const lengths = checkShape("stretch images", "images", images, ["B", "S", "S"]);
  checkShape("stretch images", "shrink", shrink, ["B", 2], lengths);
  return tf.tidy(() => {
    const { x, y } = weightsOf(shrink, images.shape[1]);
    return tf.matMul(tf.matMul(y, images), x, false, true) as tf.Tensor3D;
  });
}

/**
 * Stretches grids as `stretchImages` stretches their images: along depth as along columns.
 *
 * @param grids `[B, S, S, S]`
 * @param shrink `[B, 2]`: a cell at (x, y, z) of the result is read at (shrink_x x, shrink_y y, shrink_x z)
 * @returns `[B, S, S, S]`
 * @throws {TypeError} If a shape is wrong
 */
export function stretchGrids(grids: tf.Tensor4D, shrink: tf.Tensor2D): tf.Tensor4D {
  const lengths = checkShape("stretch grids", "grids", grids, ["B", "S", "S", "S"]);
  checkShape("stretch grids", "shrink", shrink, ["B", 2], lengths);
  return tf.tidy(() => {
    const [batch, size] = grids.shape;
    const { x, y } = weightsOf(shrink, size);
    /** Stretches the first axis after the batch and puts it last. */
    const along = (weights: tf.Tensor, grids: tf.Tensor) =>
      tf.matMul(grids.reshape([batch, size, size ** 2]), weights, true, true) // [B, S S, S]
        .reshape([batch, size, size, size]);
    return along(x, along(y, along(x, grids))) as tf.Tensor4D; // depth, rows, columns
  });
}

/** Gives the weights of the cells at which each cell of a row, or of a column, is read `[B, S, S]`. */
function weightsOf(shrink: tf.Tensor2D, size: number): Record<"x" | "y", tf.Tensor> {
  const [batch] = shrink.shape;
  const centres = tf.tensor1d(Float32Array.from({ length: size }, (_, i) => i - (size - 1) / 2));
  const weights = (scale: tf.Tensor1D) => {
    const places = tf.mul(scale.reshape([batch, 1]), centres); // [B, S]
    const index = tf.add(places, (size - 1) / 2).reshape([batch, size, 1, 1]) as tf.Tensor4D;
    return bilinearWeights(index, size).reshape([batch, size, size]);
  };
  const [x, y] = tf.unstack(shrink, 1) as [tf.Tensor1D, tf.Tensor1D];
  return { x: weights(x), y: weights(y) };
}
