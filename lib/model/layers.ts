/**
 * Dense and convolutional layers, with the paper's initial values.
 *
 * Choice: a convolution in front of batch norm has no bias: the norm takes every constant away again, so its
 * gradient is zero.
 *
 * @module
 */
import * as tf from "@/tf.ts";
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

/** `y = x W + b`; b starts at 0. Parameters as for `linear`. */
export function dense(
  name: string,
  inputs: number,
  outputs: number,
  initial: Initializer,
): Layer<tf.Tensor2D, tf.Tensor2D> {
  const product = linear(name, inputs, outputs, initial);
  return {
    parameters: { ...product.parameters, [`${name}/bias`]: trained([outputs], constant(0)) },
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
 * tap 2 of input i and tap 0 of input i + 1. So along each axis an output of either parity is a sum over
 * a near and a far input, and the layer is one matrix product, a sum over 2x2x2 neighbours, and an
 * interleaving of 8 parities.
 * Choice: this form, because libraries are slow at one output channel: as a convolution 2x2x2 to 8
 * channels it takes as long on a CPU and twice as long on a GPU, as a transposed convolution four times
 * as long on a CPU and 24 times on a GPU. And cropping the near face where `deconv3d` crops the far
 * one, which leaves the grid half a cell off centre over the two layers instead of one and a half.
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
      const kernel = tf.matMul(parityOfTaps(), taps) as tf.Tensor2D; // [2t 2t 2t 2p 2p 2p, inputs]
      const cells = x.reshape([-1, inputs]) as tf.Tensor2D; // [B n n n, inputs]
      let y = tf.matMul(kernel, cells, false, true) as tf.Tensor; // [2t 2t 2t 2p 2p 2p, B n n n]
      y = addNeighbours(y, 32 * batch, depth, height * width); // [2t 2t 2p 2p 2p, B n n n]
      y = addNeighbours(y, 16 * batch * depth, height, width); // [2t 2p 2p 2p, B n n n]
      y = addNeighbours(y, 8 * batch * depth * height, width, 1); // [2p 2p 2p, B n n n]
      const interleaved = y.reshape([2, 2, 2, batch * depth, height, width])
        .transpose([3, 0, 4, 1, 5, 2]) // [B n, 2p, n, 2p, n, 2p]
        .reshape([batch, 2 * depth, 2 * height, 2 * width]);
      return tf.add(interleaved, values[`${name}/bias`]!) as tf.Tensor4D;
    },
  };
}

/**
 * Adds to each near tap the far tap of the next cell, 0 behind the last one: `[2 taps, outer, n, inner]`
 * to `[outer, n, inner]`.
 */
function addNeighbours(x: tf.Tensor, outer: number, n: number, inner: number): tf.Tensor {
  const taps = x.reshape([2, outer, n, inner]);
  const near = tf.slice(taps, [0, 0, 0, 0], [1, outer, n, inner]);
  const far = tf.slice(taps, [1, 0, 1, 0], [1, outer, n - 1, inner]);
  return tf.add(near, tf.pad(far, [[0, 0], [0, 0], [0, 1], [0, 0]]));
}

/**
 * Gives the matrix `[64, 27]` that spreads 3x3x3 taps over 2x2x2 taps, near and far, of the 8 parities;
 * its rows run over (tap d, h, w, parity d, h, w).
 */
function parityOfTaps(): tf.Tensor2D {
  const tapOf = [[1, 2], [undefined, 0]]; // [near, far][parity] -> tap of three
  const bits = (row: number) => [5, 4, 3, 2, 1, 0].map((bit) => (row >> bit) & 1);
  const rows = Array.from({ length: 64 }, (_, row) => {
    const [td, th, tw, pd, ph, pw] = bits(row) as [number, number, number, number, number, number];
    const [d, h, w] = [tapOf[td]![pd], tapOf[th]![ph], tapOf[tw]![pw]];
    const isReached = d !== undefined && h !== undefined && w !== undefined;
    return Array.from({ length: 27 }, (_, tap) => isReached && tap === 9 * d + 3 * h + w ? 1 : 0);
  });
  return tf.tensor2d(rows);
}
