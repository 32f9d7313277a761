import assert from "node:assert/strict";
import { join } from "node:path";
import { configWith } from "@/method/registry.ts";
import { train } from "@/train/loop.ts";
import { runFolder } from "@/train/run.ts";
import { runStatus } from "@/train/run_status.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinyData } from "../tiny.ts";

Deno.test("runStatus() tells a run that is missing, running, interrupted and done", async () => {
  await withFolder(async (runs) => {
    const out = await runFolder(runs, TINY);
    assert.deepEqual(await runStatus(runs, TINY), {
      folder: out,
      state: "missing",
      step: 0,
      doubts: [],
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(runs)), []);

    const seen: [string, number, boolean][] = [];
    const onFrame = async () => {
      const { state, step, savedAt } = await runStatus(runs, TINY);
      seen.push([state, step, savedAt !== undefined]);
    };
    await train(TINY, { ...tinyData(), out, until: 6, onFrame });
    // Frames come at steps 0, 3 and 6, checkpoints at 4 and 6.
    assert.deepEqual(seen, [["running", 0, false], ["running", 3, false], ["running", 6, true]]);

    const since = Date.now();
    const { state, step, savedAt, doubts } = await runStatus(runs, TINY);
    assert.deepEqual([state, step, doubts], ["interrupted", 6, []]);
    assert.ok(Math.abs(savedAt!.getTime() - since) < 60_000);

    await train(TINY, { ...tinyData(), out, resume: true });
    const { state: last, step: steps } = await runStatus(runs, TINY);
    assert.deepEqual([last, steps], ["done", 12]);
    const longer = await runStatus(runs, { ...TINY, steps: 13 });
    assert.deepEqual([longer.state, longer.step], ["interrupted", 12]);
  });
});

Deno.test("runStatus() tells what a finished run gives reason to doubt", async () => {
  await withFolder(async (runs) => {
    const config = configWith("quick", { method: "searched", data: "blobs", steps: 3 });
    const folder = await runFolder(runs, config);
    await Deno.mkdir(join(folder, "checkpoints"), { recursive: true });
    await Deno.writeTextFile(join(folder, "checkpoints", "step-000003.safetensors"), "");
    const record = { step: 3, loss: 30, pose: 0.1, ms: 5, realismGap: -2 };
    await Deno.writeTextFile(join(folder, "history.jsonl"), JSON.stringify(record) + "\n");
    const { state, doubts } = await runStatus(runs, config);
    assert.equal(state, "done");
    assert.equal(doubts.length, 1);
    assert.match(doubts[0]!, /^the realism gap is -2\.00, below /);
  });
});
