import assert from "node:assert/strict";
import { elementCount } from "@/engine/shapes.ts";
import { createVae } from "@/method/vae.ts";
import { VAE_BENCH } from "@/tools/bench/methods/vae.ts";
import { TINY } from "../../../tiny.ts";

Deno.test("products() count a multiplication and an addition per weight and place", () => {
  // Batch 4, images of 8, 4 filters, 3 units of shape: sides 4, 2, 1, 1, and a grid of 2.
  const forward = Object.fromEntries(
    VAE_BENCH.products(TINY)!.map(({ name, flops }) => [name, flops]),
  );
  assert.deepEqual(forward, {
    "encoder/conv1": 2 * 4 * 16 * (9 * 1 * 4),
    "encoder/conv2": 2 * 4 * 4 * (9 * 4 * 4),
    "encoder/conv3": 2 * 4 * 1 * (9 * 4 * 4),
    "encoder/conv4": 2 * 4 * 1 * (9 * 4 * 4),
    "encoder/mean": 2 * 4 * (4 * 3),
    "encoder/logVariance": 2 * 4 * (4 * 3),
    "decoder/grid": 2 * 4 * (3 * 8 * 4),
    "decoder/deconv1": 2 * 4 * 8 * (27 * 4 * 2),
    "decoder/deconv2": 2 * 4 * 64 * (27 * 2 * 1),
  });
});

Deno.test("products() list every kernel of the model, with each of its weights", () => {
  for (const config of [TINY, { ...TINY, texture: true }, { ...TINY, imageSize: 12, filters: 6 }]) {
    const places = new Map(VAE_BENCH.products(config)!.map(({ name, flops }) => [name, flops]));
    const kernels = Object.entries(createVae(config).parameters)
      .filter(([name]) => /\/(kernel|weights)$/.test(name) && !name.startsWith("pose/"));
    assert.equal(kernels.length, places.size);
    for (const [name, { shape }] of kernels) {
      const perWeight = places.get(name.replace(/\/\w+$/, ""))! / elementCount(shape);
      assert.ok(perWeight > 0 && perWeight % (2 * config.batchSize) === 0, `${name}: ${perWeight}`);
    }
  }
});
