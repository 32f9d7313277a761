/**
 * The decoder: a shape latent to a voxel grid.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { batchNorm } from "./batch_norm.ts";
import { deconv3d, deconv3dToOneChannel, LEAK, linear } from "./layers.ts";
import { normal, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";
import type { Stage } from "./stage.ts";

/** Latents to voxels. */
export interface Decoder {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Decodes `[B, units]` to occupancy `[B, D, H, W]` in (0, 1). */
  decode(pass: Pass, z: tf.Tensor2D): tf.Tensor4D;
}

/** The sizes of a decoder. */
export interface DecoderOptions {
  /** Units of the shape latent. */
  readonly shapeLatentSize: number;
  /** Side of the grid; a multiple of 4. */
  readonly gridSize: number;
  /** Channels of the coarsest grid. */
  readonly filters: number;
}

/**
 * Makes the paper's decoder: dense to a grid of a quarter of the side, then two transposed
 * convolutions of stride 2, with batch norm and leaky ReLU between, and a sigmoid.
 * Paper: section "Architecture"; dense normal of sd .1. The released code's bias of the dense layer
 * has no gradient, being in front of a batch norm, and is left out.
 */
export function createDecoder({ shapeLatentSize, gridSize, filters }: DecoderOptions): Decoder {
  const coarse = gridSize / 4;
  const grid = linear("decoder/grid", shapeLatentSize, coarse ** 3 * filters, normal(0.1));
  const norm1 = batchNorm<tf.Tensor5D>("decoder/norm1", filters);
  const deconv1 = deconv3d("decoder/deconv1", filters, filters / 2);
  const norm2 = batchNorm<tf.Tensor5D>("decoder/norm2", filters / 2);
  const deconv2 = deconv3dToOneChannel("decoder/deconv2", filters / 2);
  const cube = (size: number, channels: number) => [size, size, size, channels];
  return {
    parameters: parametersOf(grid, norm1, deconv1, norm2, deconv2),
    stages: [
      { kind: "deconv3d", name: "grid", shape: cube(coarse, filters) },
      {
        kind: "deconv3d",
        name: "deconv 1",
        shape: cube(2 * coarse, filters / 2),
      },
      {
        kind: "deconv3d",
        name: "deconv 2",
        shape: cube(gridSize, 1),
      },
    ],
    decode(pass, z) {
      const seed = grid.apply(pass, z)
        .reshape([-1, coarse, coarse, coarse, filters]) as tf.Tensor5D; // [B, D/4, H/4, W/4, C]
      const small = tf.leakyRelu(norm1.apply(pass, seed), LEAK);
      const medium = deconv1.apply(pass, small); // [B, D/2, H/2, W/2, C/2]
      const logits = deconv2.apply(pass, tf.leakyRelu(norm2.apply(pass, medium), LEAK));
      return tf.sigmoid(logits) as tf.Tensor4D; // [B, D, H, W]
    },
  };
}
