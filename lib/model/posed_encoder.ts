/**
 * The encoder of the searched pose: an image to the posterior of its shape latent, and a guess of its
 * pose.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { affine } from "./biased_layers.ts";
import type { Gaussian } from "./gaussian.ts";
import { createImageFeatures, FEATURES } from "./image_features.ts";
import { normal, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/** Log-variances are within these bounds, less 2: they start near exp(-2). */
const LOG_VARIANCE = [-8, 4] as const;

/** What the encoder makes of images. */
export interface PosedEncoding {
  /** Posterior of the shape latent, `[B, latentSize]` each. */
  readonly posterior: Gaussian;
  /** Logits of the pose's bins `[B, bins]`. */
  readonly poseLogits: tf.Tensor2D;
}

/** Images to posteriors and poses. */
export interface PosedEncoder {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Encodes images `[B, S, S, 1]` in [0, 1]. */
  encode(pass: Pass, images: tf.Tensor4D): PosedEncoding;
}

/** The sizes of the encoder. */
export interface PosedEncoderOptions {
  /** S, a multiple of 16. */
  readonly imageSize: number;
  /** Channels of the first convolution; the next ones have two and four times as many. */
  readonly filters: number;
  /** Units of the shape latent. */
  readonly latentSize: number;
  /** Bins of the pose. */
  readonly bins: number;
}

/** Makes the encoder: features of the image and three heads, each dense. */
export function createPosedEncoder(options: PosedEncoderOptions): PosedEncoder {
  const { imageSize, filters, latentSize, bins } = options;
  const network = createImageFeatures("encoder", imageSize, filters);
  const head = (name: string) =>
    affine(`encoder/${name}`, FEATURES, latentSize, { weights: normal(0.02) });
  const [mean, spread] = [head("mean"), head("logVariance")];
  const pose = affine("encoder/azimuth", FEATURES, bins);
  return {
    parameters: parametersOf(network, mean, spread, pose),
    encode(pass, images) {
      const features = network.apply(pass, images); // [B, 512]
      const logVariance = tf.sub(tf.clipByValue(spread.apply(pass, features), ...LOG_VARIANCE), 2);
      return {
        posterior: { mean: mean.apply(pass, features), logVariance: logVariance as tf.Tensor2D },
        poseLogits: pose.apply(pass, features),
      };
    },
  };
}
