/**
 * Layers of kernels 4 and 3 with biases, which start as PyTorch's do: for networks with group norm.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { dense } from "./layers.ts";
import { type Initializer, type Layer, trained, uniformByFanIn } from "./parameters.ts";

/** A kernel and a bias for each output, both uniform by the fan-in unless given. */
function kernelAndBias(
  name: string,
  shape: readonly number[],
  outputs: number,
  fanIn: number,
  bias: Initializer = uniformByFanIn(fanIn),
) {
  return {
    [`${name}/kernel`]: trained(shape, uniformByFanIn(fanIn)),
    [`${name}/bias`]: trained([outputs], bias),
  };
}

/** Convolution 4x4 with stride 2: `[B, H, W, inputs]` to `[B, H / 2, W / 2, outputs]`, H and W even. */
export function halvingConv2d(
  name: string,
  inputs: number,
  outputs: number,
): Layer<tf.Tensor4D, tf.Tensor4D> {
  return {
    parameters: kernelAndBias(name, [4, 4, inputs, outputs], outputs, 16 * inputs),
    apply: ({ values }, x) =>
      tf.add(
        tf.conv2d(x, values[`${name}/kernel`] as tf.Tensor4D, 2, "same"),
        values[`${name}/bias`]!,
      ),
  };
}

/** Transposed convolution 4x4x4 with stride 2: `[B, n, n, n, inputs]` to `[B, 2n, 2n, 2n, outputs]`. */
export function doublingDeconv3d(
  name: string,
  inputs: number,
  outputs: number,
): Layer<tf.Tensor5D, tf.Tensor5D> {
  return {
    // PyTorch counts the fan-in of a transposed convolution by its outputs.
    parameters: kernelAndBias(name, [4, 4, 4, outputs, inputs], outputs, 64 * outputs),
    apply({ values }, x) {
      const [batch, depth, height, width] = x.shape;
      const shape = [batch, 2 * depth, 2 * height, 2 * width, outputs] as tf.Tensor5D["shape"];
      const kernel = values[`${name}/kernel`] as tf.Tensor5D;
      return tf.add(tf.conv3dTranspose(x, kernel, shape, 2, "same"), values[`${name}/bias`]!);
    },
  };
}

/** Convolution 3x3x3: `[B, D, H, W, inputs]` to `[B, D, H, W, outputs]`. */
export function conv3d(
  name: string,
  inputs: number,
  outputs: number,
  bias?: Initializer,
): Layer<tf.Tensor5D, tf.Tensor5D> {
  return {
    parameters: kernelAndBias(name, [3, 3, 3, inputs, outputs], outputs, 27 * inputs, bias),
    apply: ({ values }, x) =>
      tf.add(
        tf.conv3d(x, values[`${name}/kernel`] as tf.Tensor5D, 1, "same"),
        values[`${name}/bias`]!,
      ),
  };
}

/** `y = x W + b`: `[B, inputs]` to `[B, outputs]`. */
export function affine(
  name: string,
  inputs: number,
  outputs: number,
  start: { readonly weights?: Initializer; readonly bias?: Initializer } = {},
): Layer<tf.Tensor2D, tf.Tensor2D> {
  const { weights = uniformByFanIn(inputs), bias = uniformByFanIn(inputs) } = start;
  return dense(name, inputs, outputs, weights, bias);
}
