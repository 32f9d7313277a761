import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { elementCount } from "@/engine/shapes.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { SEARCHED_BENCH } from "@/tools/bench/methods/searched.ts";

const productsOf = (config: Config) => SEARCHED_BENCH.products(config)!;

/** The smallest searched pose: images of 16, 32 filters. */
const SEARCHED = configWith("quick", {
  method: "searched",
  imageSize: 16,
  filters: 32,
  batchSize: 2,
  latentSize: 3,
});

Deno.test("products() count each reader of images, and the views of the search", () => {
  // Batch 2, images of 16, sides 8, 4, 2, 1; the decoder's grids have sides 2, 4, 8.
  const products = productsOf(SEARCHED).map(({ name, flops, passes }) => [name, flops, passes]);
  assert.deepEqual(products, [
    ["encoder/conv1", 2 * 4 * 64 * (16 * 1 * 32), 2], // images and views
    ["encoder/conv2", 2 * 4 * 16 * (16 * 32 * 64), 3],
    ["encoder/conv3", 2 * 4 * 4 * (16 * 64 * 128), 3],
    ["encoder/conv4", 2 * 4 * 1 * (16 * 128 * 128), 3],
    ["encoder/hidden", 2 * 4 * (128 * 512), 3],
    ["encoder/mean", 2 * 4 * (512 * 3), 3],
    ["encoder/logVariance", 2 * 2 * (512 * 3), 3], // nobody asks for that of views
    ["encoder/azimuth", 2 * 4 * (512 * 24), 3],
    ["decoder/grid", 2 * 2 * (3 * 8 * 80), 3],
    ["decoder/deconv1", 2 * 2 * 8 * (64 * 80 * 48), 3],
    ["decoder/deconv2", 2 * 2 * 64 * (64 * 48 * 24), 3],
    ["decoder/blocks", 2 * 2 * 512 * (27 * 24 * 8), 3],
    ["discriminator/conv1", 2 * 6 * 64 * (16 * 1 * 24), 2], // images, noisy images, views
    ["discriminator/conv2", 2 * 6 * 16 * (16 * 24 * 48), 3],
    ["discriminator/conv3", 2 * 6 * 4 * (16 * 48 * 96), 3],
    ["discriminator/output", 2 * 8 * (4 * 96), 3], // images with and without dropping
    ["discriminator/conv1 of views", 2 * 2 * 64 * (16 * 1 * 24), 2],
    ["discriminator/conv2 of views", 2 * 2 * 16 * (16 * 24 * 48), 2],
    ["discriminator/conv3 of views", 2 * 2 * 4 * (16 * 48 * 96), 2],
    ["discriminator/output of views", 2 * 2 * (4 * 96), 2],
    ["search", 2 * 2 * 16 * 256 * (19 * 16), 1], // of 72 views 19 differ
  ]);
  const search = productsOf({ ...SEARCHED, asymmetric: true }).at(-1)!;
  assert.equal(search.flops, 2 * 2 * 16 * 256 * (36 * 16));
});

Deno.test("products() list every kernel of the learner, with each of its weights", () => {
  for (const config of [SEARCHED, { ...SEARCHED, imageSize: 28, filters: 64 }]) {
    const places = new Map(productsOf(config).map(({ name, flops }) => [name, flops]));
    const kernels = Object.entries(createLearner(config).parameters)
      .filter(([name]) => /\/(kernel|weights)$/.test(name));
    assert.equal(
      kernels.length,
      [...places.keys()].filter((name) => !/ |search/.test(name)).length,
    );
    for (const [name, { shape }] of kernels) {
      const perWeight = places.get(name.replace(/\/\w+$/, ""))! / elementCount(shape);
      assert.ok(perWeight > 0 && perWeight % (2 * config.batchSize) === 0, `${name}: ${perWeight}`);
    }
  }
});
