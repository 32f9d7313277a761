/**
 * The image discriminator of the searched pose: tells images of the data from rendered views.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { affine, halvingConv2d } from "./biased_layers.ts";
import { LEAK } from "./layers.ts";
import { type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/** Share of the features that training drops. */
const DROPPED = 0.2;

/** Images to how real they look. */
export interface ImageDiscriminator {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Gives what it sees in images `[B, S, S]` in [0, 1]: `[B, features]`. */
  features(pass: Pass, images: tf.Tensor3D): tf.Tensor2D;
  /**
   * Gives the logit of "an image of the data" `[B]`.
   *
   * @param features Of images, `[B, features]`
   * @param stream Names the draws of what is dropped; nothing is without
   */
  judge(pass: Pass, features: tf.Tensor2D, stream?: string): tf.Tensor1D;
  /** The same of images `[B, S, S]` in [0, 1]. */
  logits(pass: Pass, images: tf.Tensor3D, stream?: string): tf.Tensor1D;
}

/**
 * Makes the discriminator: three times [convolution 4x4 stride 2, leaky ReLU], dropout, dense.
 *
 * @param imageSize S, a multiple of 8
 * @param filters 0.75 times as many channels has the first convolution
 */
export function createImageDiscriminator(imageSize: number, filters: number): ImageDiscriminator {
  const channels = [1, 0.75 * filters, 1.5 * filters, 3 * filters];
  const convs = channels.slice(1).map((outputs, i) =>
    halvingConv2d(`discriminator/conv${i + 1}`, channels[i]!, outputs)
  );
  const flat = (imageSize / 8) ** 2 * channels.at(-1)!;
  const output = affine("discriminator/output", flat, 1);
  const features = (pass: Pass, images: tf.Tensor3D) => {
    let x = tf.sub(tf.mul(images.expandDims(3), 2), 1) as tf.Tensor4D; // [B, S, S, 1] in [-1, 1]
    for (const conv of convs) x = tf.leakyRelu(conv.apply(pass, x), LEAK);
    return x.reshape([-1, flat]) as tf.Tensor2D;
  };
  const judge = (pass: Pass, features: tf.Tensor2D, stream?: string) => {
    let kept = features;
    if (stream !== undefined) {
      const isKept = tf.greaterEqual(pass.uniform(stream, features.shape), DROPPED);
      kept = tf.mul(features, tf.mul(isKept.cast("float32"), 1 / (1 - DROPPED)));
    }
    return output.apply(pass, kept).reshape([-1]) as tf.Tensor1D;
  };
  return {
    parameters: parametersOf(...convs, output),
    features,
    judge,
    logits: (pass, images, stream) => judge(pass, features(pass, images), stream),
  };
}
