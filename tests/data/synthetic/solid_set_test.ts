import assert from "node:assert/strict";
import { solidSet } from "@/data/synthetic/solid_set.ts";
import { requestOf } from "../fixtures.ts";

const SMALL = requestOf({ imageSize: 8, split: "test" });

Deno.test("solidSet() alternates the categories, with a grid and an azimuth each", async () => {
  const { labels, truth, pixels, count } = await solidSet("solids", SMALL);
  assert.deepEqual([...labels!.subarray(0, 7)], [0, 1, 2, 3, 4, 5, 0]);
  assert.deepEqual([truth!.voxels.length, truth!.azimuths.length], [count * 8 ** 3, count]);
  assert.equal(pixels.length, count * 64);
});

Deno.test("solidSet() depends on seed and split", async () => {
  const first = await solidSet("solids", SMALL);
  assert.deepEqual(await solidSet("solids", SMALL), first);
  assert.notDeepEqual((await solidSet("solids", { ...SMALL, seed: 2 })).pixels, first.pixels);
  const train = await solidSet("solids", { ...SMALL, split: "train" });
  assert.notDeepEqual(
    train.truth!.voxels.subarray(0, 6 * 512),
    first.truth!.voxels.subarray(0, 6 * 512),
  );
});

Deno.test("solidSet() stops at the signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(solidSet("solids", { ...SMALL, signal }), { message: "enough" });
});
