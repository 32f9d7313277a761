import assert from "node:assert/strict";
import type { LoadedSets } from "@/data/mixture.ts";
import { loadImageSet } from "@/data/sources.ts";
import { configWith } from "@/method/registry.ts";
import { loadRunData, samplesOf, tellLeftOut } from "@/train/run_data.ts";
import { TINY } from "../tiny.ts";

const CONFIG = { ...TINY, data: "embedded-digits:1,embedded-garments:3", imageSize: 12 };

Deno.test("loadRunData() loads both splits at the config's size and shares the batch", async () => {
  const { batches, monitor, tests } = await loadRunData(CONFIG);
  assert.equal(batches.imageSize, 12);
  assert.deepEqual(batches.shares, [1, 3]);
  assert.equal(monitor.images.length, 4 * 12 * 12);
  assert.deepEqual(tests.map(({ set, ratio }) => [set.name, ratio]), [
    ["embedded-digits", 1],
    ["embedded-garments", 3],
  ]);
});

Deno.test("loadRunData() watches and scores images that it does not train on", async () => {
  const { batches, monitor, tests } = await loadRunData({ ...CONFIG, data: "embedded-digits" });
  const area = 12 * 12;
  const seen = new Set<string>();
  for (let step = 0; step < 100; step++) {
    const { images } = batches.batch(step);
    for (let i = 0; i < 4; i++) seen.add(images.subarray(i * area, (i + 1) * area).join());
  }
  for (let i = 0; i < 4; i++) {
    assert.ok(!seen.has(monitor.images.subarray(i * area, (i + 1) * area).join()));
  }
  assert.ok(tests[0]!.set.count > 4);
  const other = await loadRunData({ ...CONFIG, data: "embedded-digits", seed: 2 });
  assert.notDeepEqual(other.batches.batch(0).images, batches.batch(0).images, "the seed counts");
});

Deno.test("loadRunData() gives runs of one map the same sets and each its own batches", async () => {
  const loaded: LoadedSets = new Map();
  const configs = [CONFIG, { ...CONFIG, objective: "elbo", batchSize: 8 }];
  const shared = [
    await loadRunData(configs[0]!, { loaded }),
    await loadRunData(configs[1]!, { loaded }),
  ];
  assert.equal(loaded.size, 4, "two sets in two splits");
  assert.ok(shared[0]!.tests.every(({ set }, i) => set === shared[1]!.tests[i]!.set));
  for (const [i, config] of configs.entries()) {
    const own = await loadRunData(config);
    assert.deepEqual(shared[i]!.batches.batch(7), own.batches.batch(7));
    assert.deepEqual(shared[i]!.monitor, own.monitor);
    assert.deepEqual(shared[i]!.tests, own.tests);
  }
});

Deno.test("loadRunData() refuses a data set that does not exist", async () => {
  await assert.rejects(loadRunData({ ...CONFIG, data: "nonsense" }), {
    name: "RangeError",
    message: /^Cannot load data: its name must be one of mnist, .*, got "nonsense"$/,
  });
});

Deno.test("loadRunData() tells batches what the method asks for, unless it is told otherwise", async () => {
  const config = configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: 4,
    imageSize: 8,
    imagesPerObject: 2,
    supervision: "pose",
    data: "embedded-bowls",
  });
  const { batches, tests } = await loadRunData(config);
  const { truth, indices } = batches.batch(0);
  const set = await loadImageSet("embedded-bowls", "train", {
    imageSize: 8,
    seed: config.seed,
    imagesPerObject: 2,
  });
  assert.deepEqual([...truth!.azimuth!], [...indices].map((i) => set.truth!.azimuths[i]));
  assert.deepEqual([set.count, tests[0]!.set.count], [1024, 100]);
  const digits = { ...config, imagesPerObject: 1, data: "embedded-digits" };
  const { batches: plain } = await loadRunData(digits, { supervision: [] });
  assert.equal(plain.batch(0).truth, undefined);
  await assert.rejects(loadRunData(digits), {
    name: "RangeError",
    message: "Cannot tell azimuth of embedded-digits: the set must have true shapes, got only " +
      "images; use modelnet40, meshes:PATH or voxels:PATH, or --supervision none",
  });
});

/** A set whose images of one pixel tell their index, from a first grey level on. */
const greys = (name: string, count: number, first: number) => ({
  set: {
    name,
    provenance: "this test",
    size: 1,
    count,
    pixels: Uint8Array.from({ length: count }, (_, i) => first + i),
  },
  ratio: 1,
});

Deno.test("samplesOf() draws as many of each set as a batch has, 256 at most, without repeats", () => {
  const sets = [greys("dark", 200, 0), greys("light", 55, 200)];
  const tests = [greys("dark", 3, 0), greys("light", 3, 200)];
  const { seen, unseen } = samplesOf({ sets: [sets[0]!], tests, batchSize: 2, seed: 1 });
  assert.equal(new Set(seen).size, 200);
  assert.equal(new Set(unseen).size, 6);

  const mixed = samplesOf({ sets, tests, batchSize: 8, seed: 1 });
  const dark = (images: Float32Array) => images.filter((pixel) => pixel < 199.5 / 255).length;
  assert.deepEqual([mixed.seen.length, dark(mixed.seen)], [255, 128]);
  assert.deepEqual([mixed.unseen.length, dark(mixed.unseen)], [8, 4], "at least a batch");

  const many = [greys("many", 256, 0), greys("more", 256, 0)];
  assert.equal(samplesOf({ sets: many, tests, batchSize: 8, seed: 1 }).seen.length, 256);
});

Deno.test("samplesOf() gives the same for the same seed", () => {
  const sample = (seed: number) =>
    samplesOf({ sets: [greys("a", 99, 0)], tests: [greys("b", 99, 100)], batchSize: 2, seed });
  assert.deepEqual(sample(1), sample(1));
  assert.notDeepEqual(sample(1), sample(2));
});

Deno.test("loadRunData() has samples of both splits", async () => {
  const { samples, batches, tests } = await loadRunData({ ...CONFIG, data: "embedded-digits" });
  const count = Math.min(256, tests[0]!.set.count);
  assert.equal(samples.unseen.length, count * 12 * 12);
  assert.ok(samples.seen.length >= batches.batch(0).images.length);
});

Deno.test("loadRunData() passes on what either split left out", async () => {
  const loaded: LoadedSets = new Map();
  const config = { ...CONFIG, data: "embedded-digits" };
  assert.deepEqual((await loadRunData(config, { loaded })).leftOut, []);
  const [train, test] = [...loaded.keys()];
  loaded.set(train!, { ...loaded.get(train!)!, leftOut: ["grid 3 is empty"] });
  loaded.set(test!, { ...loaded.get(test!)!, leftOut: ["grid 5 is empty"] });
  assert.deepEqual((await loadRunData(config, { loaded })).leftOut, [
    "grid 3 is empty",
    "grid 5 is empty",
  ]);
  loaded.set(test!, loaded.get(train!)!); // own images have no split
  assert.deepEqual((await loadRunData(config, { loaded })).leftOut, ["grid 3 is empty"]);
});

Deno.test("tellLeftOut() counts, and names the first three", () => {
  assert.equal(tellLeftOut([]), "");
  assert.equal(tellLeftOut(["a is empty"]), "1 left out: a is empty");
  assert.equal(tellLeftOut(["a", "b", "c", "d"]), "4 left out: a; b; c; ...");
});
