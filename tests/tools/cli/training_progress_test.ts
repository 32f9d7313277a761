import assert from "node:assert/strict";
import type { Session } from "@/tools/cli/session.ts";
import { showLoading, showSteps } from "@/tools/cli/training_progress.ts";

/** A session that records its calls. */
function recorder() {
  const lines: string[] = [];
  const progress: unknown[][] = [];
  const session: Session = {
    signal: new AbortController().signal,
    say: (line) => void lines.push(line),
    progress: (...told) => void progress.push(told),
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
