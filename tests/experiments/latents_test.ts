import assert from "node:assert/strict";
import {
  aggregateOf,
  drawIndices,
  latentsOf,
  pixelsOf,
  unitsByVariance,
} from "@/experiments/latents.ts";
import { createRandom } from "@/random.ts";
import { assertClose } from "../assert.ts";
import { tinySet } from "../tiny.ts";

Deno.test("drawIndices() draws each picture at most once, the same for one seed", () => {
  const set = tinySet("blobs", 20);
  const drawn = drawIndices(set, 12, 1);
  assert.equal(new Set(drawn).size, 12);
  assert.ok(drawn.every((index) => index < 20));
  assert.deepEqual(drawIndices(set, 12, 1), drawn);
  assert.notDeepEqual(drawIndices(set, 12, 2), drawn);
  assert.deepEqual(drawIndices(set, 99, 1).length, 20, "no more than there are");
});

Deno.test("pixelsOf() gives pictures and labels in the order that is asked for", () => {
  const set = tinySet("blobs", 6);
  const { values, labels, length } = pixelsOf(set, [3, 0]);
  assert.deepEqual([length, ...labels], [64, 1, 0]);
  assertClose(values.subarray(64), [...set.pixels.subarray(0, 64)].map((byte) => byte / 255), 1e-6);
});

Deno.test("pixelsOf() refuses a set without labels", () => {
  const { labels: _, ...set } = tinySet("faces", 2);
  assert.throws(() => pixelsOf(set, [0]), {
    name: "TypeError",
    message: "Cannot label pictures of faces: it must have labels, got none",
  });
});

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
  const aggregate = aggregateOf({
    values: Float32Array.of(1, 0, 3, 4),
    logVariances: Float32Array.of(0, Math.log(2), Math.log(3), Math.log(4)),
    length: 2,
  });
  assertClose(aggregate.mean, [2, 2], 1e-6);
  assertClose(aggregate.varianceOfMeans, [1, 4], 1e-6);
  assertClose(aggregate.meanOfVariances, [2, 3], 1e-6);
  assertClose(aggregate.covariance, [3, 2, 2, 7], 1e-6);
});

Deno.test("aggregateOf() finds the moments that latents were drawn with", () => {
  const random = createRandom(1);
  const values = Float32Array.from(
    { length: 20_000 },
    (_, i) => i % 2 ? random.normal(5, 0.5) : random.normal(-1, 2),
  );
  const logVariances = new Float32Array(20_000).fill(Math.log(0.25));
  const { mean, covariance } = aggregateOf({ values, logVariances, length: 2 });
  assertClose(mean, [-1, 5], 0.06); // three standard errors of the wider unit
  assertClose(covariance, [4.25, 0, 0, 0.5], 0.18);
});

Deno.test("unitsByVariance() lists the most telling unit first", () => {
  const [varianceOfMeans, rest] = [Float64Array.of(1, 9, 4), new Float64Array(3)];
  const aggregate = { mean: rest, covariance: rest, meanOfVariances: rest, varianceOfMeans };
  assert.deepEqual(unitsByVariance(aggregate), [1, 2, 0]);
});

Deno.test("aggregateOf() refuses a single latent", () => {
  const one = { values: new Float32Array(3), logVariances: new Float32Array(3), length: 3 };
  assert.throws(() => aggregateOf(one), {
    name: "RangeError",
    message: "Cannot aggregate: there must be at least 2 latents, got 1",
  });
});
