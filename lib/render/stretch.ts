/**
 * Images stretched about their centre: from a level camera, the silhouette of an object that is
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
    const [batch, size] = images.shape;
    const centres = tf.tensor1d(Float32Array.from({ length: size }, (_, i) => i - (size - 1) / 2));
    const [x, y] = tf.unstack(shrink, 1) as [tf.Tensor1D, tf.Tensor1D];
    const weights = (scale: tf.Tensor1D) => {
      const places = tf.mul(scale.reshape([batch, 1]), centres); // [B, S]
      const index = tf.add(places, (size - 1) / 2).reshape([batch, size, 1, 1]) as tf.Tensor4D;
      return bilinearWeights(index, size).reshape([batch, size, size]);
    };
    return tf.matMul(tf.matMul(weights(y), images), weights(x), false, true) as tf.Tensor3D;
  });
}
