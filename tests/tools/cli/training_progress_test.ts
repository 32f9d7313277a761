import assert from "node:assert/strict";
import { PRESETS } from "@/method/registry.ts";
import type { Session } from "@/tools/cli/session.ts";
import { configWith } from "@/method/registry.ts";
import { sayRealism, sayRestarts, showLoading, showSteps } from "@/tools/cli/training_progress.ts";

/** A session that records its calls. */
function recorder() {
  const lines: string[] = [];
  const progress: unknown[][] = [];
  const session: Session = {
    signal: new AbortController().signal,
    say: (line) => void lines.push(line),
    progress: (...told) => void progress.push(told),
    silence() {},
  };
  return { session, lines, progress };
}

Deno.test("showLoading() passes on the task, both counts and the unit", () => {
  const { session, progress } = recorder();
  const onProgress = showLoading(session);
  onProgress({ task: "download a", done: 5, total: 10, unit: "bytes" });
  onProgress({ task: "draw b", done: 7, unit: "images" });
  assert.deepEqual(progress, [
    ["download a", 5, 10, "bytes"],
    ["draw b", 7, undefined, "images"],
  ]);
});

Deno.test("showSteps() prints the mean losses of every hundred steps, and of the rest at the end", () => {
  const { session, lines } = recorder();
  const show = showSteps(session, 250);
  // The loss is 1 for a hundred steps, then 2, then 3; the image term runs from 1 to 250.
  for (let step = 1; step <= 250; step++) {
    show({ step, loss: Math.ceil(step / 100), image: step, ms: 0.5 });
  }
  assert.deepEqual(lines, [
    "step 100: loss 1.00  image 50.50  ms 0.50",
    "step 200: loss 2.00  image 150.50  ms 0.50",
    "step 250: loss 3.00  image 225.50  ms 0.50",
  ]);
});

Deno.test("showSteps() counts a hundred steps from where a run resumes", () => {
  const { session, lines } = recorder();
  const show = showSteps(session, 500);
  for (let step = 351; step <= 500; step++) show({ step, loss: step, ms: 1 });
  assert.deepEqual(lines, [
    "step 450: loss 400.50  ms 1.00",
    "step 500: loss 475.50  ms 1.00",
  ]);
});

Deno.test("showSteps() shows every step in the bar", () => {
  const { session, progress, lines } = recorder();
  const show = showSteps(session, 40);
  show({ step: 3, loss: 1, ms: 1 });
  show({ step: 4, loss: 1, ms: 1 });
  assert.deepEqual(progress, [["train", 3, 40, "steps"], ["train", 4, 40, "steps"]]);
  assert.deepEqual(lines, []);
});

Deno.test("showSteps() prints the realism gap of the step that has one, and no mean of it", () => {
  const { session, lines } = recorder();
  const show = showSteps(session, 200);
  for (let step = 1; step <= 200; step++) {
    show({ step, loss: 1, ms: 1, ...(step % 50 === 0 && step < 200 && { realismGap: -step }) });
  }
  assert.deepEqual(lines, [
    "step 100: loss 1.00  ms 1.00  realismGap -100.00",
    "step 200: loss 1.00  ms 1.00",
  ]);
});

Deno.test("sayRestarts() tells the gaps at each rung, the kept one, and the time of all", () => {
  const { session, lines } = recorder();
  const standings = (...gaps: number[]) =>
    gaps.map((realismGap, i) => ({ step: 40 + 20 * i, realismGap, losses: {} }));
  const restart = { seed: 1, steps: 1, seconds: 1 };
  sayRestarts(session, {
    config: PRESETS.quick,
    criterion: "realismGap",
    rungs: [40, 60],
    restarts: [
      { ...restart, restart: 0, standings: standings(-0.5, -0.4) },
      { ...restart, restart: 1, standings: standings(-2.25) },
      { ...restart, restart: 2, standings: standings(-1, -0.3) },
    ],
    kept: 2,
    seconds: 125,
  });
  assert.deepEqual(lines, [
    "train: realism gaps of restarts at step 40: 0: -0.50, 1: -2.25, 2: -1.00",
    "train: realism gaps of restarts at step 60: 0: -0.40, 2: -0.30",
    "train: kept restart 2; all 3 restarts took 2 min 5 s",
  ]);
});

Deno.test("sayRealism() tells the last gap, doubts a bad one aloud, and is silent without", () => {
  const { session, lines } = recorder();
  const config = configWith("quick", { method: "searched", filters: 32 });
  const last = { step: 1, loss: 1, pose: 0.5, ms: 1 };
  sayRealism(session, config, [last]);
  sayRealism(session, config, [{ ...last, realismGap: -0.5 }, { ...last, step: 2 }]);
  sayRealism(session, config, [{ ...last, realismGap: -1.5 }]);
  assert.deepEqual(lines, [
    "train: realism gap -0.50; at 0 views of unseen shapes look as real as images",
    "train: realism gap -1.50; at 0 views of unseen shapes look as real as images",
    "\n*** IN DOUBT: the realism gap is -1.50, below -0.69: from new directions the shapes look " +
    "unlike the images. Shapes and poses are probably wrong.",
    "Train several starts with --restarts 4; if all are in doubt, other images are needed.\n",
  ]);
});
