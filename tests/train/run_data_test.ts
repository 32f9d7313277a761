import assert from "node:assert/strict";
import type { LoadedSets } from "@/data/mixture.ts";
import { loadRunData } from "@/train/run_data.ts";
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
