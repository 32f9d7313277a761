import assert from "node:assert/strict";
import { configWith } from "@/method/registry.ts";
import { doubtsOf } from "@/train/doubts.ts";
import type { StepRecord } from "@/train/history.ts";

const CONFIG = configWith("quick", { method: "searched", imageSize: 16, filters: 32 });

/** A history of 200 steps whose last 100 have some mean loss of the pose. */
const historyWith = (realismGap: number | undefined, pose: number): StepRecord[] =>
  Array.from({ length: 200 }, (_, i) => ({
    step: i + 1,
    loss: 30,
    pose: i < 100 ? 3 : pose + (i % 2 ? 0.1 : -0.1),
    ms: 5,
    ...(i === 199 && realismGap !== undefined && { realismGap }),
  }));

Deno.test("doubtsOf() doubts a low realism gap and vague poses, each in a sentence", () => {
  assert.deepEqual(doubtsOf(CONFIG, historyWith(-0.69, 0.74)), []);
  const gap = "the realism gap is -0.70, below -0.69: from new directions the shapes look unlike " +
    "the images";
  const pose = 'the loss "pose" is 0.80, above 0.75: the model cannot tell from an image where ' +
    "the camera stood";
  assert.deepEqual(doubtsOf(CONFIG, historyWith(-0.70, 0.5)), [gap]);
  assert.deepEqual(doubtsOf(CONFIG, historyWith(0, 0.8)), [pose]);
  assert.deepEqual(doubtsOf(CONFIG, historyWith(-0.70, 0.8)), [gap, pose]);
});

Deno.test("doubtsOf() lets poses be vague where shapes have no mirror plane, or cameras are raised", () => {
  const raised = { ...CONFIG, elevation: true, stretch: 0 };
  for (const config of [{ ...CONFIG, asymmetric: true }, raised]) {
    assert.deepEqual(doubtsOf(config, historyWith(0, 2)), []);
  }
});

Deno.test("doubtsOf() says nothing without a realism gap, or of methods that have none", () => {
  assert.deepEqual(doubtsOf(CONFIG, historyWith(undefined, 2)), []);
  assert.deepEqual(doubtsOf({ ...CONFIG, supervision: "shape" }, historyWith(-2, 2)), []);
  const vae = configWith("quick", { method: "vae" });
  assert.deepEqual(doubtsOf(vae, historyWith(-2, 2)), []);
});
