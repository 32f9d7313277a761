/**
 * A guess of the elevation as a distribution over bins.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { MAX_ELEVATION } from "@/render/camera.ts";

/** Bins from level to 30 degrees, their centres 6 degrees apart. */
export const ELEVATION_BINS = 6;
/** From one centre to the next, in radians. */
export const ELEVATION_STEP = MAX_ELEVATION / (ELEVATION_BINS - 1);

/**
 * Gives the cross-entropy of a guess with an elevation, which the two bins around it share by nearness:
 * -(1 - w) log q[i] - w log q[i + 1], with i + w = 5 elevation / 30 degrees, from 0 to 5.
 *
 * @param logits `[B, 6]`
 * @param elevation `[B]`, radians; the target
 * @returns `[B]`, nats
 * @throws {TypeError} If a shape is wrong
 */
export function elevationCrossEntropy(logits: tf.Tensor2D, elevation: tf.Tensor1D): tf.Tensor1D {
  const lengths = checkShape("compare elevations", "logits", logits, ["B", ELEVATION_BINS]);
  checkShape("compare elevations", "elevation", elevation, ["B"], lengths);
  return tf.tidy(() => {
    const place = tf.clipByValue(tf.div(elevation, ELEVATION_STEP), 0, ELEVATION_BINS - 1);
    const bins = tf.tensor1d(Float32Array.from({ length: ELEVATION_BINS }, (_, i) => i));
    const target = tf.relu(tf.sub(1, tf.abs(tf.sub(place.expandDims(1), bins)))); // [B, 6]
    return tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)) as tf.Tensor1D;
  });
}
