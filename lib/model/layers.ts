/**
 * Dense and convolutional layers, with the paper's initial values.
 *
 * Choice: a convolution in front of batch norm has no bias: the norm takes every constant away again, so its
 * gradient is zero.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import {
  constant,
  type Initializer,
  type Layer,
  normal,
  trained,
  truncatedNormal,
} from "./parameters.ts";

/** Slope of leaky ReLU below 0. Paper: .2. */
export const LEAK = 0.2;

/**
 * `y = x W`.
 *
 * @param name Prefix of the parameter's name
 * @param inputs Length of a row of `x`, `[B, inputs]`
 * @param outputs Length of a row of the result, `[B, outputs]`
 * @param initial Where W starts
 */
export function linear(
  name: string,
  inputs: number,
  outputs: number,
  initial: Initializer,
): Layer<tf.Tensor2D, tf.Tensor2D> {
  return {
    parameters: { [`${name}/weights`]: trained([inputs, outputs], initial) },
    apply: ({ values }, x) => tf.matMul(x, values[`${name}/weights`] as tf.Tensor2D),
  };
}

/** `y = x W + b`; b starts at 0 unless given. Parameters as for `linear`. */
export function dense(
  name: string,
  inputs: number,
  outputs: number,
  initial: Initializer,
  bias: Initializer = constant(0),
): Layer<tf.Tensor2D, tf.Tensor2D> {
  const product = linear(name, inputs, outputs, initial);
  return {
    parameters: { ...product.parameters, [`${name}/bias`]: trained([outputs], bias) },
    apply: (pass, x) => tf.add(product.apply(pass, x), pass.values[`${name}/bias`]!),
  };
}

/**
 * 2D convolution 3x3 with stride 2, SAME, without bias: `[B, H, W, inputs]` to
 * `[B, ceil(H / 2), ceil(W / 2), outputs]`. Paper: truncated normal of sd .02.
 */
export function conv2d(
  name: string,
  inputs: number,
  outputs: number,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  return {
    parameters: { [`${name}/kernel`]: trained([3, 3, inputs, outputs], truncatedNormal(0.02)) },
    apply: ({ values }, x) => tf.conv2d(x, values[`${name}/kernel`] as tf.Tensor4D, 2, "same"),
  };
}

/**
 * Transposed 3D convolution 3x3x3 with stride 2, without bias: `[B, n, n, n, inputs]` to
 * `[B, 2n, 2n, 2n, outputs]`; tap k of input i reaches output 2i + k. Paper: normal of sd .02.
 */
export function deconv3d(
  name: string,
  inputs: number,
  outputs: number,
): Layer<tf.Tensor5D, tf.Tensor5D> {
  return {
    parameters: { [`${name}/kernel`]: trained([3, 3, 3, outputs, inputs], normal(0.02)) },
    apply({ values }, x) {
      const [batch, depth, height, width] = x.shape;
      const shape = [batch, 2 * depth, 2 * height, 2 * width, outputs] as tf.Tensor5D["shape"];
      return tf.conv3dTranspose(x, values[`${name}/kernel`] as tf.Tensor5D, shape, 2, "same");
    },
  };
}

/**
 * The same kind of layer with a single output channel and a bias: `[B, n, n, n, inputs]` to
 * `[B, 2n, 2n, 2n]`.
 *
 * Tap k of input i reaches output 2i + k - 1: even outputs 2i take tap 1 of input i, odd ones 2i + 1
 * tap 2 of input i and tap 0 of input i + 1. So the layer is one matrix product to the 27 taps of each
 * cell, a sum of two of them along each axis, and an interleaving of 8 parities.
 * Choice: this form, because libraries are slow at one output channel: as a transposed convolution it
 * takes several times as long on a CPU and 24 times on a GPU (`notebooks/performance/tries.json`). And
 * cropping the near face where `deconv3d` crops the far one, which leaves the grid half a cell off
 * centre over the two layers instead of one and a half.
 */
export function deconv3dToOneChannel(
  name: string,
  inputs: number,
): Layer<tf.Tensor5D, tf.Tensor4D> {
  return {
    parameters: {
      [`${name}/kernel`]: trained([3, 3, 3, 1, inputs], normal(0.02)),
      [`${name}/bias`]: trained([1], constant(0)),
    },
    apply({ values }, x) {
      const [batch, depth, height, width] = x.shape;
      const taps = values[`${name}/kernel`]!.reshape([27, inputs]) as tf.Tensor2D;
      const cells = x.reshape([-1, inputs]) as tf.Tensor2D; // [B n n n, inputs]
      let y = tf.matMul(taps, cells, false, true) as tf.Tensor; // [3t 3t 3t, B n n n]
      y = addTaps(y, 9, batch, depth, height * width); // [3t 3t 2p, B n n n]
      y = addTaps(y, 6, batch * depth, height, width); // [3t 2p 2p, B n n n]
      y = addTaps(y, 4, batch * depth * height, width, 1); // [2p 2p 2p, B n n n]
      const interleaved = y.reshape([2, 2, 2, batch * depth, height, width])
        .transpose([3, 0, 4, 1, 5, 2]) // [B n, 2p, n, 2p, n, 2p]
        .reshape([batch, 2 * depth, 2 * height, 2 * width]);
      return tf.add(interleaved, values[`${name}/bias`]!) as tf.Tensor4D;
    },
  };
}

/**
 * Turns what the three taps along an axis make of each cell into the cell's even and odd output:
 * `[3 taps, others, outer, n, inner]` to `[others, 2 parities, outer, n, inner]`.
 */
function addTaps(x: tf.Tensor, others: number, outer: number, n: number, inner: number): tf.Tensor {
  const [first, even, last] = tf.split(x.reshape([3, others * outer, n, inner]), 3);
  const next = tf.slice(first!, [0, 0, 1, 0], [1, others * outer, n - 1, inner]);
  const odd = tf.add(last!, tf.pad(next, [[0, 0], [0, 0], [0, 1], [0, 0]])); // 0 behind the last cell
  return tf.concat([even!, odd].map((part) => part!.reshape([others, 1, outer * n * inner])), 1);
}
