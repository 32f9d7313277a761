/**
 * Weights of bilinear resampling, with a slope also where an index meets a cell.
 *
 * @module
 */
import { int, nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";

/**
 * How near to a cell an index counts as meeting it, in cells. Choice: 2^-15, more than float32 misses a
 * cell by at 90, 180 and 270 degrees, where the azimuth is rounded: 2e-6 for a grid of 28, 1e-5 for 64.
 */
const MEETS = 2 ** -15;

/**
 * Gives the weight of each of `count` cells at fractional indices f `[..., 1]`.
 *
 * weight[k] = max(0, 1 - |f - k|)
 * d weight[k] / d f = ([k = after] - [k = before]) / (after - before), the cells next to f on both sides
 *
 * Where f meets a cell, at every point of a grid that is aligned with the rays, the weights have kinks,
 * and autodiff would give the slope of an arbitrary side, or 0. Choice: before = f - 1 and
 * after = f + 1 there, which is the mean of both sides and what central differences tend to.
 */
export function bilinearWeights(index: tf.Tensor4D, count: number): tf.Tensor4D {
  const cells = tf.tensor1d(Float32Array.from({ length: count }, (_, k) => k));
  const weightsAt = tf.customGrad((at, save) => {
    const fromCells = tf.sub(at as tf.Tensor, cells); // [..., count]
    (save as tf.GradSaveFunc)([fromCells]);
    return {
      value: tf.relu(tf.sub(1, tf.abs(fromCells))),
      gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) => slopesAlong(gradient, saved[0]!),
    };
  });
  return weightsAt(index) as tf.Tensor4D;
}

/** Gives the gradient `[..., 1]` for indices from the one for their weights `[..., count]`. */
function slopesAlong(gradient: tf.Tensor, fromCells: tf.Tensor): tf.Tensor {
  // The distance from cell 0 is the index. If the index itself were used again, TensorFlow would not
  // fold its last addition into that difference, and the last digit of images would change.
  const index = tf.slice(fromCells, [0, 0, 0, 0], [-1, -1, -1, 1]);
  const before = tf.sub(tf.ceil(tf.sub(index, MEETS)), 1);
  const after = tf.add(tf.floor(tf.add(index, MEETS)), 1);
  const rise = tf.sub(oneHot(after, fromCells.shape), oneHot(before, fromCells.shape));
  return tf.div(tf.sum(tf.mul(gradient, rise), -1, true), tf.sub(after, before));
}

const ONE_HOT = { TI: type("int32"), T: type("float32"), axis: int(-1) };

/** Gives 1 at each place `[..., 1]` of a row, 0 elsewhere and for places outside of it. */
function oneHot(places: tf.Tensor, shape: readonly number[]): tf.Tensor {
  // tf.oneHot refuses rows of length 1.
  const indices = tf.cast(tf.squeeze(places, [-1]), "int32");
  const [count, on, off] = [tf.scalar(shape.at(-1)!, "int32"), tf.scalar(1), tf.scalar(0)];
  return nativeOp("OneHot", ONE_HOT, [indices, count, on, off])[0]!; // [..., count]
}
