/**
 * The encoder: an image to the posterior of its shape latent.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { batchNorm } from "./batch_norm.ts";
import { clipNorm, type Gaussian } from "./gaussian.ts";
import { conv2d, dense, LEAK } from "./layers.ts";
import { glorotUniform, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";
import type { Stage } from "./stage.ts";

/** What an encoder makes of images. */
export interface Encoded {
  /** Posterior of the shape latent. */
  readonly posterior: Gaussian;
  /** What the convolutions give, `[B, featureCount]`: the heads, and maybe others, start here. */
  readonly features: tf.Tensor2D;
}

/** Images to posteriors. */
export interface Encoder {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Units of its features. */
  readonly featureCount: number;
  /** Encodes images `[B, H, W, 1]` in [0, 1]. */
  encode(pass: Pass, images: tf.Tensor4D): Encoded;
}

/** The sizes of an encoder. */
export interface EncoderOptions {
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Channels of every convolution. */
  readonly filters: number;
  /** Units of the shape latent. */
  readonly shapeLatentSize: number;
  /** Z, all units of the latent, which the clipping of the posterior counts. */
  readonly latentSize: number;
}

/**
 * Makes the paper's encoder: four times [convolution 3x3 stride 2, batch norm, leaky ReLU], then one
 * dense head for the mean and one for the log-variance.
 * Paper: section "Architecture"; mean and log-variance are clipped to norms 6 sqrt(Z) and sqrt(Z).
 * Choice: Glorot-uniform heads, TensorFlow 1's default, which the released code leaves in place.
 */
export function createEncoder(options: EncoderOptions): Encoder {
  const { imageSize, filters, shapeLatentSize, latentSize } = options;
  const blocks = [1, 2, 3, 4].map((i) => ({
    conv: conv2d(`encoder/conv${i}`, i === 1 ? 1 : filters, filters),
    norm: batchNorm<tf.Tensor4D>(`encoder/norm${i}`, filters),
    size: Math.ceil(imageSize / 2 ** i),
  }));
  const lastSize = blocks.at(-1)!.size;
  const featureCount = lastSize * lastSize * filters;
  const initial = glorotUniform(featureCount, shapeLatentSize);
  const head = (name: string) => dense(`encoder/${name}`, featureCount, shapeLatentSize, initial);
  const mean = head("mean");
  const logVariance = head("logVariance");
  return {
    parameters: parametersOf(
      ...blocks.flatMap(({ conv, norm }) => [conv, norm]),
      mean,
      logVariance,
    ),
    stages: [
      { kind: "input", name: "image", shape: [imageSize, imageSize, 1] },
      ...blocks.map(({ size }, i) => ({
        kind: "conv2d" as const,
        name: `conv ${i + 1}`,
        shape: [size, size, filters],
      })),
      { kind: "dense", name: "mean", shape: [shapeLatentSize] },
      { kind: "dense", name: "log-variance", shape: [shapeLatentSize] },
    ],
    featureCount,
    encode(pass, images) {
      let x = images;
      for (const { conv, norm } of blocks) {
        x = tf.leakyRelu(norm.apply(pass, conv.apply(pass, x)), LEAK);
      }
      const features = x.reshape([-1, featureCount]) as tf.Tensor2D; // [B, H/16 * W/16 * filters]
      const posterior = {
        mean: clipNorm(mean.apply(pass, features), 6 * Math.sqrt(latentSize)),
        logVariance: clipNorm(logVariance.apply(pass, features), Math.sqrt(latentSize)),
      };
      return { posterior, features };
    },
  };
}
