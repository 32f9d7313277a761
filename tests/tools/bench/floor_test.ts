import assert from "node:assert/strict";
import { flopsOfStep, measurePeak } from "@/tools/bench/floor.ts";
import type { Config } from "@/config.ts";
import { configWith, PRESETS } from "@/method/registry.ts";
import { assertTensorsKept } from "../../assert.ts";

Deno.test("flopsOfStep() is 35.2 billion for the paper's step, and grows with the batch", () => {
  const paper: Config = PRESETS.paper;
  assert.equal((flopsOfStep(paper)! / 1e9).toFixed(1), "35.2");
  assert.equal(flopsOfStep({ ...paper, batchSize: 128 }), 2 * flopsOfStep(paper)!);
});

Deno.test("flopsOfStep() knows nothing of a method whose products nobody has listed", () => {
  assert.equal(flopsOfStep({ ...PRESETS.paper, method: "another" }), undefined);
  const searched = configWith("paper", { method: "searched" });
  assert.ok(flopsOfStep(searched)! > 0);
  const unlisted = { elevation: true, texture: true, supervision: "shape" };
  for (const [option, value] of Object.entries(unlisted)) {
    assert.equal(flopsOfStep({ ...searched, [option]: value }), undefined, option);
  }
});

Deno.test("measurePeak() gives a speed and keeps no tensor", () => {
  assertTensorsKept(0, () => {
    const peak = measurePeak();
    assert.ok(peak > 0 && Number.isFinite(peak));
  });
});
