/**
 * What the bench knows of the paper's method.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { UNITS as POSE_UNITS } from "@/method/pose/free_pose.ts";
import type { VaeConfig } from "@/method/vae.ts";
import type { KnownMethod, Product } from "./known_method.ts";

/** The paper's method; its twins know the mu-VAE, with free poses and without texture. */
export const VAE_BENCH: KnownMethod = {
  products: productsOf,
  twins: {
    programs: { torch: "torch_step.py", jax: "jax_step.py" },
    written: { objective: "mu-vae", pose: "free", elevation: false, texture: false },
    draws(config) {
      const { batchSize, latentSize } = config as VaeConfig;
      return {
        latent: { kind: "normal", shape: [batchSize, latentSize - 1] },
        pose: { kind: "normal", shape: [batchSize, POSE_UNITS] },
      };
    },
  },
};

function productsOf(config: Config): Product[] {
  const { batchSize, imageSize, filters, latentSize, texture } = config as VaeConfig;
  const units = latentSize - 1;
  const product = (name: string, places: number, weights: number, passes = 3) => ({
    name,
    flops: 2 * batchSize * places * weights,
    passes,
  });
  const side = (i: number) => Math.ceil(imageSize / 2 ** i);
  const coarse = imageSize / 4;
  const features = side(4) ** 2 * filters;
  return [
    product("encoder/conv1", side(1) ** 2, 9 * filters, 2), // nobody asks for the images' gradient
    ...[2, 3, 4].map((i) => product(`encoder/conv${i}`, side(i) ** 2, 9 * filters * filters)),
    product("encoder/mean", 1, features * units),
    product("encoder/logVariance", 1, features * units),
    product("decoder/grid", 1, units * coarse ** 3 * filters),
    product("decoder/deconv1", coarse ** 3, 27 * filters * filters / 2),
    product("decoder/deconv2", (2 * coarse) ** 3, 27 * filters / 2),
    ...(texture
      ? [
        product("texture/hidden", 1, imageSize ** 2 * 1000),
        product("texture/picture", 1, 1000 * imageSize ** 2),
      ]
      : []),
  ];
}
