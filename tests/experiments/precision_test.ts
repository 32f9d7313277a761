import assert from "node:assert/strict";
import { trainingLosses } from "@/experiments/precision.ts";
import { createTrainer } from "@/train/trainer.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY, tinyData } from "../tiny.ts";

const { batches } = tinyData();

Deno.test("trainingLosses() gives what the trainer gives, step by step, and keeps no tensor", () => {
  assertTensorsKept(0, () => {
    const config = { ...TINY, steps: 3 };
    using trainer = createTrainer(config);
    const expected = [0, 1, 2].map((step) => trainer.train(batches.batch(step).images, step));
    assert.deepEqual(trainingLosses(config, batches), expected);
  });
});

Deno.test("trainingLosses() are those of float32 within a few per cent in bfloat16", () => {
  const config = { ...TINY, steps: 30 };
  const single = trainingLosses(config, batches);
  const narrow = trainingLosses({ ...config, precision: "bfloat16" }, batches);
  assert.notDeepEqual(narrow, single);
  for (const [step, { image }] of single.entries()) {
    const relative = Math.abs(narrow[step]!.image! / image! - 1);
    assert.ok(relative < 0.03, `step ${step}: image ${narrow[step]!.image} instead of ${image}`);
  }
});
