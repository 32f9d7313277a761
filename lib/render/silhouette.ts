/**
 * Silhouettes of photographs on a dark ground: where something is, however bright it is.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";

/** Brightness of what is no longer ground. Choice: 0.12, which keeps all but the blackest cloth. */
const GROUND = 0.12;

/**
 * Gives the share of each pixel that is brighter than the ground.
 *
 * silhouette[b, h, w] = mean over the points (h +- 1/4, w +- 1/4) of [image_b > 0.12]
 *
 * with images bilinear between the centres of pixels and constant beyond the outermost: an image of twice
 * the size, cut at the threshold and halved again, so that edges stay soft. It has no gradient.
 *
 * @param images `[B, H, W]` in [0, 1]
 * @returns `[B, H, W]`: 0, 1/4, 1/2, 3/4 or 1; the caller disposes it
 * @throws {TypeError} If the rank is wrong
 */
export function silhouettesOf(images: tf.Tensor3D): tf.Tensor3D {
  checkShape("take silhouettes", "images", images, ["B", "H", "W"]);
  return tf.tidy(() => {
    const points = quarterPoints(images, 1).flatMap((rows) => quarterPoints(rows, 2));
    const bright = points.map((point) => tf.greater(point, GROUND).cast("float32"));
    return tf.div(tf.addN(bright), points.length) as tf.Tensor3D;
  });
}

/** Gives images a quarter of a pixel before and behind each centre along an axis. */
function quarterPoints(images: tf.Tensor3D, axis: 1 | 2): tf.Tensor3D[] {
  const count = images.shape[axis];
  const slice = (start: number, length: number) => {
    const [begin, size] = [[0, 0, 0], [...images.shape] as [number, number, number]];
    [begin[axis], size[axis]] = [start, length];
    return tf.slice(images, begin as [number, number, number], size);
  };
  const before = tf.concat([slice(0, 1), slice(0, count - 1)], axis);
  const behind = tf.concat([slice(1, count - 1), slice(count - 1, 1)], axis);
  return [before, behind].map((neighbour) =>
    tf.add(tf.mul(0.75, images), tf.mul(0.25, neighbour)) as tf.Tensor3D
  );
}
