/**
 * What the bench knows of the searched pose.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { BINS } from "@/method/pose/azimuth_bins.ts";
import { AZIMUTH_COUNT } from "@/method/pose/azimuth_search.ts";
import type { SearchedConfig } from "@/method/searched_options.ts";
import { createFrame } from "@/model/frame.ts";
import { FEATURES } from "@/model/image_features.ts";
import type { KnownMethod, Product } from "./known_method.ts";

/** What is known, of the products and by the twins: a level camera, silhouettes, and nothing told. */
const WRITTEN = { elevation: false, texture: false, supervision: "none" };

/** The searched pose. */
export const SEARCHED_BENCH: KnownMethod = {
  products(config) {
    const isListed = Object.entries(WRITTEN).every(([field, value]) => config[field] === value);
    return isListed ? productsOf(config as SearchedConfig) : undefined;
  },
  twins: {
    programs: { torch: "torch_searched.py" },
    written: WRITTEN,
    draws(config) {
      const { batchSize, latentSize } = config as SearchedConfig;
      const { size, judged } = sizesOf(config as SearchedConfig);
      const uniform = (...shape: number[]) =>
        ({ kind: "uniform", shape: [batchSize, ...shape] }) as const;
      return {
        "latent": { kind: "normal", shape: [batchSize, latentSize] },
        "stretch": uniform(2),
        "pose": uniform(AZIMUTH_COUNT),
        "elsewhere": uniform(),
        "flip": uniform(1, 1),
        "probe": { kind: "normal", shape: [batchSize, size, size] },
        "dropped/model": uniform(judged),
        "dropped/real": uniform(judged),
        "dropped/fake": uniform(judged),
      };
    },
  },
};

/** Sides and channels that follow from a config. */
function sizesOf({ imageSize, filters }: Pick<Config, "imageSize"> & { filters: number }) {
  const { size } = createFrame(imageSize, 16);
  const discriminator = [1, 0.75 * filters, 1.5 * filters, 3 * filters];
  return {
    size,
    encoder: [1, filters, 2 * filters, 4 * filters, 4 * filters],
    decoder: [2.5 * filters, 1.5 * filters, 0.75 * filters, 8] as const,
    discriminator,
    /** What the discriminator judges an image by. */
    judged: (size / 8) ** 2 * discriminator.at(-1)!,
  };
}

/**
 * Lists the products. Both players share the generator, which runs once, while the encoder also reads
 * the views of it; the discriminator reads images, noisy images and views to move itself, and once
 * more the views to move the generator, for which its weights need no gradients. Of the views that the
 * search compares, half are the others mirrored, and of symmetric shapes three quarters.
 */
function productsOf(config: SearchedConfig): Product[] {
  const { batchSize, latentSize, asymmetric } = config;
  const { size, encoder, decoder, discriminator, judged } = sizesOf(config);
  const product = (
    name: string,
    places: number,
    weights: number,
    { batches = 1, passes = 3 }: { batches?: number; passes?: number } = {},
  ) => ({ name, flops: 2 * batches * batchSize * places * weights, passes });
  const halving = (network: string, channels: readonly number[], batches: number) =>
    channels.slice(1).map((outputs, i) =>
      product(`${network}/conv${i + 1}`, (size / 2 ** (i + 1)) ** 2, 16 * channels[i]! * outputs, {
        batches,
        passes: i === 0 ? 2 : 3, // nobody asks for the images' gradient
      })
    );
  const through = { passes: 2 }; // forward and back to the views
  const coarse = size / 8;
  const [c1, c2, c3, block] = decoder;
  const views = asymmetric ? AZIMUTH_COUNT / 2 : AZIMUTH_COUNT / 4 + 1;
  const twice = { batches: 2 };
  return [
    ...halving("encoder", encoder, 2),
    product("encoder/hidden", (size / 16) ** 2, encoder.at(-1)! * FEATURES, twice),
    product("encoder/mean", 1, FEATURES * latentSize, twice),
    product("encoder/logVariance", 1, FEATURES * latentSize),
    product("encoder/azimuth", 1, FEATURES * BINS, twice),
    product("decoder/grid", coarse ** 3, latentSize * c1),
    product("decoder/deconv1", coarse ** 3, 64 * c1 * c2),
    product("decoder/deconv2", (2 * coarse) ** 3, 64 * c2 * c3),
    product("decoder/blocks", (4 * coarse) ** 3, 27 * c3 * block),
    ...halving("discriminator", discriminator, 3),
    product("discriminator/output", 1, judged, { batches: 4 }),
    ...halving("discriminator", discriminator, 1).map(({ name, flops }) => ({
      name: `${name} of views`,
      flops,
      ...through,
    })),
    product("discriminator/output of views", 1, judged, through),
    product("search", size, size ** 2 * views * size, { passes: 1 }),
  ];
}
