import assert from "node:assert/strict";
import { loadRunData } from "@/train/data.ts";
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

Deno.test("loadRunData() watches and scores pictures that it does not train on", async () => {
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

Deno.test("loadRunData() refuses a data set that does not exist", async () => {
  await assert.rejects(loadRunData({ ...CONFIG, data: "nonsense" }), {
    name: "RangeError",
    message: /^Cannot load data: its name must be one of mnist, .*, got "nonsense"$/,
  });
});
