/**
 * Features of an image: the convolutions that encoders with group norm have in common.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { affine, halvingConv2d } from "./biased_layers.ts";
import { groupNorm } from "./group_norm.ts";
import { LEAK } from "./layers.ts";
import { type Layer, parametersOf } from "./parameters.ts";

/** Features of an image. */
export const FEATURES = 512;

/**
 * Makes the network: four times [convolution 4x4 stride 2, group norm, leaky ReLU], dense, leaky ReLU.
 *
 * @param name Prefix of the parameters' names
 * @param imageSize S, a multiple of 16; images are `[B, S, S, 1]`, features `[B, 512]`
 * @param filters Channels of the first convolution; the next ones have two, four and four times as many
 */
export function createImageFeatures(
  name: string,
  imageSize: number,
  filters: number,
): Layer<tf.Tensor4D, tf.Tensor2D> {
  const channels = [1, filters, 2 * filters, 4 * filters, 4 * filters];
  const blocks = channels.slice(1).map((outputs, i) => ({
    conv: halvingConv2d(`${name}/conv${i + 1}`, channels[i]!, outputs),
    norm: groupNorm<tf.Tensor4D>(`${name}/norm${i + 1}`, outputs),
  }));
  const flat = (imageSize / 16) ** 2 * channels.at(-1)!;
  const hidden = affine(`${name}/hidden`, flat, FEATURES);
  return {
    parameters: parametersOf(...blocks.flatMap(({ conv, norm }) => [conv, norm]), hidden),
    apply(pass, images) {
      let x = images;
      for (const { conv, norm } of blocks) {
        x = tf.leakyRelu(norm.apply(pass, conv.apply(pass, x)), LEAK);
      }
      return tf.leakyRelu(hidden.apply(pass, x.reshape([-1, flat])), LEAK) as tf.Tensor2D;
    },
  };
}
