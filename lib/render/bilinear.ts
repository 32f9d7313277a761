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
    (save as tf.GradSaveFunc)([at as tf.Tensor]);
    return {
      value: tf.relu(tf.sub(1, tf.abs(fromCells))),
      gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) => slopesAlong(gradient, saved[0]!),
    };
  });
  return weightsAt(index) as tf.Tensor4D;
}

/** Gives the gradient `[..., 1]` for indices `[..., 1]` from the one for their weights `[..., count]`. */
function slopesAlong(gradient: tf.Tensor, index: tf.Tensor): tf.Tensor {
  const before = tf.sub(tf.ceil(tf.sub(index, MEETS)), 1);
  const after = tf.add(tf.floor(tf.add(index, MEETS)), 1);
  const rise = tf.sub(valuesAt(gradient, after), valuesAt(gradient, before));
  return tf.div(rise, tf.sub(after, before));
}

const GATHER = {
  batch_dims: int(1),
  Tparams: type("float32"),
  Tindices: type("int32"),
  Taxis: type("int32"),
};

/** Takes from each row `[..., count]` what is at its place `[..., 1]`; 0 for places outside of it. */
function valuesAt(rows: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const count = rows.shape.at(-1)!;
  const nearest = tf.clipByValue(places, 0, count - 1);
  const isInside = tf.cast(tf.equal(nearest, places), "float32");
  // `tf.gather` reads its indices, which no traced function may.
  const taken = nativeOp("GatherV2", GATHER, [
    rows.reshape([-1, count]),
    tf.cast(nearest, "int32").reshape([-1, 1]),
    tf.scalar(1, "int32"),
  ])[0]!;
  return tf.mul(taken.reshape(places.shape), isInside);
}
