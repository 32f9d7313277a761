import assert from "node:assert/strict";
import { join } from "node:path";
import { configWith } from "@/method/registry.ts";
import { readHistory } from "@/train/history.ts";
import { isRunLocked, lockRun, train } from "@/train/loop.ts";
import { trainRestarts } from "@/train/restarts.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinyData } from "../tiny.ts";

const resumed = (out: string) => train(TINY, { ...tinyData(), out, resume: true });

Deno.test("train() refuses a folder where another training is under way, and leaves that one alone", async () => {
  await withFolder(async (folder) => {
    let refused: Promise<void> | undefined;
    await train(TINY, {
      ...tinyData(),
      out: folder,
      onFrame: async ({ step }) => {
        if (step !== 6) return;
        refused = assert.rejects(resumed(folder), {
          name: "RangeError",
          message: `Cannot train: the run must have its folder to itself, got "${folder}" where ` +
            `another training is under way; wait until it ends, or choose another folder`,
        });
        await refused;
      },
    });
    assert.ok(refused);
    const history = await readHistory(join(folder, "history.jsonl"));
    assert.deepEqual(history.map(({ step }) => step), Array.from({ length: 12 }, (_, i) => i + 1));
    assert.equal((await resumed(folder)).step, 12); // the lock has ended with the training
  });
});

Deno.test("isRunLocked() tells of a training in another process, and makes nothing", async () => {
  await withFolder(async (folder) => {
    const out = join(folder, "run");
    assert.equal(await isRunLocked(out), false);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    {
      using _ = await lockRun(out);
      assert.equal(await isRunLocked(out), true);
    }
    assert.equal(await isRunLocked(out), false);
  });
});

Deno.test("trainRestarts() refuses a folder whose restarts are under way", async () => {
  await withFolder(async (out) => {
    const config = configWith("quick", { method: "searched", imageSize: 16, steps: 10 });
    using _ = await lockRun(join(out, "restarts"));
    const options = { ...tinyData(config), out, restarts: 2 };
    await assert.rejects(trainRestarts(config, options), {
      name: "RangeError",
      message: /^Cannot train: the run must have its folder to itself, got ".+restarts" where /,
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(out), ({ name }) => name), ["restarts"]);
  });
});
