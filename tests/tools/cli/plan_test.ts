import assert from "node:assert/strict";
import { measureStep, planInLines, planOf } from "@/tools/cli/plan.ts";
import * as tf from "@/engine/tf.ts";
import { TINY, tinyData } from "../../tiny.ts";

Deno.test("measureStep() gives the time of a step, and keeps no tensor", () => {
  const before = tf.memory().numTensors;
  const seconds = measureStep(TINY, tinyData().batches);
  assert.ok(seconds > 0 && seconds < 3, `${seconds}`);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("planOf() counts notebooks in steps, and no training where nothing is missing", () => {
  const notebooks = ["notebooks/00-a.ipynb", "notebooks/99-b.ipynb"];
  const plan = (missingSteps: number) => planOf({ stepSeconds: 0.1, missingSteps, notebooks });
  assert.deepEqual(plan(1000).map(({ what }) => what), [
    "train 1,000 steps of 100 ms each, as a trial of two seconds shows",
    "run 00-a.ipynb",
    "run 99-b.ipynb",
  ]);
  assert.equal(plan(1000)[0]!.seconds, 120); // frames and checkpoints add a fifth
  assert.deepEqual(plan(0).map(({ what }) => what), ["run 00-a.ipynb", "run 99-b.ipynb"]);
  const slower = planOf({ stepSeconds: 0.2, missingSteps: 0, notebooks });
  for (const [i, { seconds }] of slower.entries()) assert.equal(seconds, 2 * plan(0)[i]!.seconds);
});

Deno.test("planInLines() gives the sum first, then each part", () => {
  const parts = [{ what: "train", seconds: 150.2 }, { what: "run 00", seconds: 0.2 }];
  assert.deepEqual(planInLines(parts), [
    "reproduce: will take about 2 min 30 s from here:",
    "  train: about 2 min 30 s",
    "  run 00: about 1.0 s",
  ]);
});
