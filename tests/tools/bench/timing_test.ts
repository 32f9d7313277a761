import assert from "node:assert/strict";
import {
  countNodes,
  stepTimer,
  summarize,
  syntheticImages,
  syntheticTruth,
  timeCalls,
  timeSteps,
} from "@/tools/bench/timing.ts";
import { configWith } from "@/method/registry.ts";
import type { Trainer } from "@/train/trainer.ts";
import { nativeBackend } from "@/engine/native.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

const SMALL = { method: "searched", filters: 32, batchSize: 2, imageSize: 16 };

Deno.test("timeCalls() counts the calls after the warm-up", () => {
  const [calls, counts]: [number[], number[]] = [[], []];
  const milliseconds = timeCalls((i) => calls.push(i), {
    warmUp: 2,
    repeat: 3,
    onCall: (count) => counts.push(count),
  });
  assert.deepEqual([calls, counts], [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]]);
  assert.equal(milliseconds.length, 3);
  assert.ok(milliseconds.every((ms) => ms >= 0));
});

Deno.test("summarize() returns the median, the mean of the middle two if need be, and the minimum", () => {
  assert.deepEqual(summarize([5, 1, 30]), { medianMs: 5, fastestMs: 1 });
  assert.deepEqual(summarize([30, 4, 2, 1]), { medianMs: 3, fastestMs: 1 });
});

Deno.test("syntheticImages() fills one batch, in [0, 1), the same each time", () => {
  const images = syntheticImages(TINY);
  assert.equal(images.length, TINY.batchSize * TINY.imageSize ** 2);
  assert.ok(images.every((value) => value >= 0 && value <= 1));
  assert.deepEqual(syntheticImages(TINY), images);
});

Deno.test("syntheticTruth() fills one batch with what is asked for", () => {
  assert.deepEqual(syntheticTruth(TINY, []), {});
  const { azimuth, occupancy } = syntheticTruth(TINY, ["occupancy", "azimuth"]);
  assert.deepEqual(azimuth, new Float32Array(TINY.batchSize));
  assert.equal(occupancy!.length, TINY.batchSize * TINY.imageSize ** 3);
  assert.ok(occupancy!.every((value) => value === 1));
});

Deno.test("timeSteps() times methods that are told of the truth", () => {
  const config = configWith("quick", { ...SMALL, supervision: "pose" });
  const { fastestMs } = timeSteps(config, { warmUp: 0, repeat: 1 });
  assert.ok(fastestMs > 0);
});

Deno.test("stepTimer() counts at least one reading, however few steps are requested", () => {
  const taken: number[] = [];
  const trainer = {
    supervision: [],
    train: (_images: Float32Array, step: number) => void taken.push(step),
    losses: () => [],
  } as unknown as Trainer;
  const counts: number[] = [];
  const time = stepTimer(trainer, TINY, 32);
  const milliseconds = time({ warmUp: 3, repeat: 5, onCall: (count) => counts.push(count) });
  assert.equal(milliseconds.length, 1);
  assert.deepEqual(taken, Array.from({ length: 64 }, (_, step) => step));
  assert.deepEqual(counts, [8, 8]);
  assert.equal(time({ warmUp: 0, repeat: 65 }).length, 3);
});

for (const eager of [false, true]) {
  Deno.test(`timeSteps() measures whole steps, ${eager ? "eagerly" : "traced"}`, () => {
    assertTensorsKept(0, () => {
      const { backend, ...times } = timeSteps(TINY, { warmUp: 2, repeat: 3, eager });
      assert.deepEqual(Object.keys(times).sort(), [
        "compileMs",
        "fastestMs",
        "medianMs",
        "slowestMs",
        "startUpSeconds",
      ]);
      assert.ok(Object.values(times).every((time) => time > 0 && Number.isFinite(time)));
      assert.ok(times.fastestMs <= times.medianMs && times.medianMs <= times.slowestMs);
      assert.equal(backend, nativeBackend().isUsingGpuDevice ? "GPU" : "CPU");
    });
  });
}

Deno.test("countNodes() counts a step's nodes, the same each time", () => {
  assertTensorsKept(0, () => {
    const count = countNodes(TINY);
    assert.ok(count > 100);
    assert.equal(countNodes(TINY), count);
    assert.ok(countNodes({ ...TINY, texture: true }) > count);
  });
});
