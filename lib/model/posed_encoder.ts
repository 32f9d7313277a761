/**
 * The encoder of the searched pose: an image to the posterior of its shape latent, and a guess of its
 * azimuth.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { affine, halvingConv2d } from "./biased_layers.ts";
import type { Gaussian } from "./gaussian.ts";
import { groupNorm } from "./group_norm.ts";
import { LEAK } from "./layers.ts";
import { normal, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/** Features in front of the heads. */
const FEATURES = 512;
/** Log-variances are within these bounds, less 2: they start near exp(-2). */
const LOG_VARIANCE = [-8, 4] as const;

/** What the encoder makes of images. */
export interface PosedEncoding {
  /** Posterior of the shape latent, `[B, latentSize]` each. */
  readonly posterior: Gaussian;
  /** Logits of the azimuth's bins `[B, bins]`. */
  readonly azimuthLogits: tf.Tensor2D;
}

/** Images to posteriors and azimuths. */
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
  /** Bins of the azimuth. */
  readonly bins: number;
}

/** Makes the encoder: four times [convolution 4x4 stride 2, group norm, leaky ReLU], dense, three heads. */
export function createPosedEncoder(options: PosedEncoderOptions): PosedEncoder {
  const { imageSize, filters, latentSize, bins } = options;
  const channels = [1, filters, 2 * filters, 4 * filters, 4 * filters];
  const blocks = channels.slice(1).map((outputs, i) => ({
    conv: halvingConv2d(`encoder/conv${i + 1}`, channels[i]!, outputs),
    norm: groupNorm<tf.Tensor4D>(`encoder/norm${i + 1}`, outputs),
  }));
  const flat = (imageSize / 16) ** 2 * channels.at(-1)!;
  const hidden = affine("encoder/hidden", flat, FEATURES);
  const head = (name: string) =>
    affine(`encoder/${name}`, FEATURES, latentSize, { weights: normal(0.02) });
  const [mean, spread] = [head("mean"), head("logVariance")];
  const azimuth = affine("encoder/azimuth", FEATURES, bins);
  return {
    parameters: parametersOf(
      ...blocks.flatMap(({ conv, norm }) => [conv, norm]),
      hidden,
      mean,
      spread,
      azimuth,
    ),
    encode(pass, images) {
      let x = images;
      for (const { conv, norm } of blocks) {
        x = tf.leakyRelu(norm.apply(pass, conv.apply(pass, x)), LEAK);
      }
      const features = tf.leakyRelu(hidden.apply(pass, x.reshape([-1, flat])), LEAK); // [B, 512]
      const logVariance = tf.sub(tf.clipByValue(spread.apply(pass, features), ...LOG_VARIANCE), 2);
      return {
        posterior: { mean: mean.apply(pass, features), logVariance: logVariance as tf.Tensor2D },
        azimuthLogits: azimuth.apply(pass, features),
      };
    },
  };
}
