/**
 * A guess of the azimuth as a distribution over bins of the circle.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";

/** Bins of the circle, 15 degrees each. */
export const BINS = 24;

/**
 * Gives the cross-entropy of a guess with an azimuth, which the two bins around it share by nearness:
 * -(1 - w) log q[i] - w log q[i + 1], with i + w = 24 azimuth / 2 pi.
 *
 * @param logits `[B, 24]`
 * @param azimuth `[B]`, radians; the target
 * @returns `[B]`, nats
 * @throws {TypeError} If a shape is wrong
 */
export function azimuthCrossEntropy(logits: tf.Tensor2D, azimuth: tf.Tensor1D): tf.Tensor1D {
  const lengths = checkShape("compare azimuths", "logits", logits, ["B", BINS]);
  checkShape("compare azimuths", "azimuth", azimuth, ["B"], lengths);
  return tf.tidy(() => {
    const turns = tf.div(azimuth, 2 * Math.PI);
    const place = tf.mul(tf.sub(turns, tf.floor(turns)), BINS).expandDims(1); // [B, 1] in [0, 24]
    const bins = tf.tensor1d(Float32Array.from({ length: BINS }, (_, i) => i));
    const away = tf.abs(tf.sub(place, bins)); // [B, 24]
    const distance = tf.minimum(away, tf.sub(BINS, away)); // around the circle
    const target = tf.relu(tf.sub(1, distance));
    return tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)) as tf.Tensor1D;
  });
}
