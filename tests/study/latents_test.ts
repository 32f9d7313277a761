import assert from "node:assert/strict";
import { pixelsOf } from "@/study/labelled_images.ts";
import { aggregateOf, latentsOf, unitsByVariance } from "@/study/latents.ts";
import { createRandom } from "@/engine/random.ts";
import { assertClose } from "../assert.ts";
import { tinySet } from "../tiny.ts";

Deno.test("latentsOf() keeps each label with its latent", () => {
  const pixels = pixelsOf(tinySet("blobs", 6), [0, 1, 2]);
  const encode = (images: Float32Array) => ({
    mean: Float32Array.from({ length: 2 * images.length / 64 }, (_, i) => i),
    logVariance: new Float32Array(2 * images.length / 64).fill(-1),
  });
  assert.deepEqual(latentsOf({ encode }, pixels), {
    values: Float32Array.of(0, 1, 2, 3, 4, 5),
    logVariances: new Float32Array(6).fill(-1),
    labels: Uint8Array.of(0, 1, 0),
    length: 2,
  });
});

Deno.test("aggregateOf() adds the means' covariance and the posteriors' own variance", () => {
  const aggregate = aggregateOf([
    { values: Float32Array.of(1, 0), logVariances: Float32Array.of(0, Math.log(2)), length: 2 },
    {
      values: Float32Array.of(3, 4),
      logVariances: Float32Array.of(Math.log(3), Math.log(4)),
      length: 2,
    },
  ]);
  assertClose(aggregate.mean, [2, 2], 1e-6);
  assertClose(aggregate.varianceOfMeans, [1, 4], 1e-6);
  assertClose(aggregate.meanOfVariances, [2, 3], 1e-6);
  assertClose(aggregate.variance, [3, 7], 1e-6);
  assertClose(aggregate.covariance, [3, 2, 2, 7], 1e-6);
});

Deno.test("aggregateOf() recovers the moments that latents were drawn with", () => {
  const random = createRandom(1);
  const values = Float32Array.from(
    { length: 20_000 },
    (_, i) => i % 2 ? random.normal(5, 0.5) : random.normal(-1, 2),
  );
  const logVariances = new Float32Array(20_000).fill(Math.log(0.25));
  const { mean, covariance } = aggregateOf([{ values, logVariances, length: 2 }]);
  assertClose(mean, [-1, 5], 0.06); // three standard errors of the wider unit
  assertClose(covariance, [4.25, 0, 0, 0.5], 0.18);
});

Deno.test("unitsByVariance() lists the most informative unit first", () => {
  assert.deepEqual(unitsByVariance({ varianceOfMeans: Float64Array.of(1, 9, 4) }), [1, 2, 0]);
});

Deno.test("aggregateOf() refuses a single latent", () => {
  const one = { values: new Float32Array(3), logVariances: new Float32Array(3), length: 3 };
  assert.throws(() => aggregateOf([one]), {
    name: "RangeError",
    message: "Cannot aggregate latents: count must be at least 2, got 1",
  });
});
