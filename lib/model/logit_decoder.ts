/**
 * The decoder of the searched pose: a shape latent to a grid of logits.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { affine, conv3d, doublingDeconv3d } from "./biased_layers.ts";
import { groupNorm } from "./group_norm.ts";
import { LEAK } from "./layers.ts";
import { constant, normal, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/** Where logits start: nearly empty, so that matter comes where images ask for it. */
const EMPTY = -4;

/** Latents to logits of occupancy, or of whatever else voxels have. */
export interface LogitDecoder {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Decodes `[B, latentSize]` to logits `[B, G, G, G]`. */
  decode(pass: Pass, latent: tf.Tensor2D): tf.Tensor4D;
}

/** The sizes of the decoder. */
export interface LogitDecoderOptions {
  /** Prefix of the parameters' names; `decoder` unless given. */
  readonly name?: string;
  /** Units of the shape latent. */
  readonly latentSize: number;
  /** G, a multiple of 8. */
  readonly gridSize: number;
  /** 2.5 times as many channels has the coarsest grid; a multiple of 32. */
  readonly filters: number;
  /** Whether shapes are their own mirror image, left to right at azimuth 0. */
  readonly isSymmetric: boolean;
  /** Where logits start; nearly empty unless given. */
  readonly start?: number;
}

/**
 * Makes the decoder: dense to a grid of an eighth of the side, two transposed convolutions 4x4x4 of
 * stride 2, a convolution 3x3x3 to the eight cells of a block of 2x2x2, each behind group norm and leaky
 * ReLU. Where shapes are symmetric, logits are averaged with their mirror image.
 */
export function createLogitDecoder(options: LogitDecoderOptions): LogitDecoder {
  const { name = "decoder", latentSize, gridSize, filters, isSymmetric, start = EMPTY } = options;
  const coarse = gridSize / 8;
  const [c1, c2, c3] = [2.5 * filters, 1.5 * filters, 0.75 * filters];
  const grid = affine(`${name}/grid`, latentSize, coarse ** 3 * c1, {
    weights: normal(0.1),
    bias: normal(0.5),
  });
  const norms = [c1, c2, c3].map((channels, i) =>
    groupNorm<tf.Tensor5D>(`${name}/norm${i + 1}`, channels)
  );
  const layers = [
    doublingDeconv3d(`${name}/deconv1`, c1, c2),
    doublingDeconv3d(`${name}/deconv2`, c2, c3),
    conv3d(`${name}/blocks`, c3, 8, constant(start)),
  ];
  return {
    parameters: parametersOf(grid, ...norms, ...layers),
    decode(pass, latent) {
      let x = grid.apply(pass, latent).reshape([-1, coarse, coarse, coarse, c1]) as tf.Tensor5D;
      for (const [i, layer] of layers.entries()) {
        x = layer.apply(pass, tf.leakyRelu(norms[i]!.apply(pass, x), LEAK));
      }
      const half = gridSize / 2;
      const logits = x.reshape([-1, half, half, half, 2, 2, 2]) // [B, D/2, H/2, W/2, 2, 2, 2]
        .transpose([0, 1, 4, 2, 5, 3, 6])
        .reshape([-1, gridSize, gridSize, gridSize]) as tf.Tensor4D; // [B, D, H, W]
      return isSymmetric ? tf.mul(0.5, tf.add(logits, tf.reverse(logits, 3))) : logits;
    },
  };
}
