import assert from "node:assert/strict";
import { join } from "node:path";
import { type Config, FREE_FIELDS } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import { BETAS } from "@/method/objective/objectives.ts";
import { describeMachine } from "@/engine/machine.ts";
import type { Method } from "@/method/method.ts";
import { configWith, METHODS } from "@/method/registry.ts";
import { listCheckpoints } from "@/train/checkpoint.ts";
import { openRun, runFolder } from "@/train/run.ts";
import { image, saveAgain, withFolder } from "../data/fixtures.ts";
import { WORKED } from "../method/worked_method.ts";
import { TINY } from "../tiny.ts";

const CONFIG = { ...TINY, data: "embedded-digits:1,embedded-garments:1", steps: 6 };

Deno.test("runFolder() is the same for the same model, whatever its length", async () => {
  const folder = await runFolder("runs", CONFIG);
  assert.match(folder, /^runs[/\\]embedded-digits-1-embedded-garments-1-[0-9a-f]{8}$/);
  for (const field of FREE_FIELDS) {
    assert.equal(await runFolder("runs", { ...CONFIG, [field]: 99 }), folder);
  }
  assert.equal(await runFolder("runs", JSON.parse(JSON.stringify(CONFIG))), folder);
  const reversed = Object.fromEntries(Object.entries(CONFIG).reverse()) as Config;
  assert.equal(await runFolder("runs", reversed), folder);
});

Deno.test("runFolder() is another for every field that changes the model", async () => {
  const fields = Object.keys(CONFIG).filter((field) => !FREE_FIELDS.includes(field));
  assert.equal(fields.length, 18);
  const folders = await Promise.all(fields.map((field) => {
    const value = (CONFIG as Config)[field];
    const other = field === "method"
      ? "searched"
      : typeof value === "boolean"
      ? !value
      : typeof value === "number"
      ? value + 1
      : "x";
    return runFolder("runs", { ...CONFIG, [field]: other });
  }));
  assert.equal(new Set([await runFolder("runs", CONFIG), ...folders]).size, fields.length + 1);
});

Deno.test("runFolder() is another for another length where schedules depend on it", async () => {
  const searched = configWith("quick", { method: "searched" });
  const folder = await runFolder("runs", searched);
  assert.notEqual(await runFolder("runs", { ...searched, steps: 99 }), folder);
  assert.equal(await runFolder("runs", { ...searched, frameEvery: 99 }), folder);
});

Deno.test("runFolder() finds a run by its config, whatever its folder's name", async () => {
  await withFolder(async (runs) => {
    const { elevation: _, method: __, imagesPerObject: ___, ...before } = CONFIG; // as a run from before these fields has it
    const folder = join(runs, "embedded-digits-1-embedded-garments-1-01234567");
    await writeAtomically(join(folder, "config.json"), JSON.stringify(before));
    const stranger = join(runs, "embedded-digits-1-embedded-garments-1-00000000");
    await writeAtomically(join(stranger, "config.json"), JSON.stringify({ gamma: 1 }));
    await writeAtomically(join(runs, "embedded-digits-1-embedded-garments-1-11111111", "x"), "");
    assert.equal(await runFolder(runs, CONFIG), folder);
    assert.equal(await runFolder(runs, { ...CONFIG, steps: 99 }), folder);
    assert.notEqual(await runFolder(runs, { ...CONFIG, seed: 2 }), folder);
    assert.notEqual(await runFolder(runs, { ...CONFIG, beta: BETAS.mmd! }), folder);
  });
});

Deno.test("runFolder() keeps the best of several starts apart, and finds it by its restarts", async () => {
  await withFolder(async (runs) => {
    const folder = await runFolder(runs, CONFIG, 4);
    assert.equal(folder, `${await runFolder(runs, CONFIG)}-best-of-4`);
    assert.notEqual(await runFolder(runs, CONFIG, 3), folder);
    const other = join(runs, "embedded-digits-1-embedded-garments-1-some");
    const restarts = [{}, {}, {}, {}];
    await writeAtomically(
      join(other, "restarts.json"),
      JSON.stringify({ config: CONFIG, restarts }),
    );
    assert.equal(await runFolder(runs, CONFIG, 4), other);
    assert.notEqual(await runFolder(runs, CONFIG, 3), other);
    assert.notEqual(await runFolder(runs, { ...CONFIG, seed: 2 }, 4), other);
  });
});

Deno.test("runFolder() makes a short, plain name of any data", async () => {
  const data = "images:/some where/ä.zip:2,voxels:" + "long/".repeat(30);
  assert.match(await runFolder("nowhere", { ...CONFIG, data }), /^nowhere[/\\][a-z0-9-]{1,49}$/i);
});

/** Runs a test with a folder for runs and a config whose data are two folders of small images. */
async function withRuns(body: (runs: string, config: Config) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const sets = { light: ["white", "#ccc", "#bbb"], dark: ["#333", "#222", "#111"] };
    for (const [set, colours] of Object.entries(sets)) {
      await Deno.mkdir(join(folder, set));
      for (const [i, colour] of colours.entries()) {
        const bytes = await image({ width: 8, height: 8, colour });
        await Deno.writeFile(join(folder, set, `${i}.png`), bytes);
      }
    }
    const data = Object.keys(sets).map((set) => `images:${join(folder, set)}:1`).join();
    await body(join(folder, "runs"), { ...CONFIG, data });
  });
}

Deno.test("openRun() trains a run once, goes on with it, and finds it again", async () => {
  await withRuns(async (runs, config) => {
    let stepCount = 0;
    const options = { runs, onStep: () => void stepCount++ };
    const first = await openRun(config, options);
    assert.equal(stepCount, 6);
    assert.equal(first.folder, await runFolder(runs, config));
    assert.deepEqual([first.checkpoint.step, first.history.length], [6, 6]);
    assert.deepEqual(first.frames.map(({ step }) => step), [0, 3, 6]);
    assert.equal(first.machine, describeMachine());
    assert.deepEqual(first.data.batches.shares, [2, 2]);

    const again = await openRun(config, options);
    assert.equal(stepCount, 6, "nothing is trained twice");
    assert.deepEqual([again.checkpoint, again.history], [first.checkpoint, first.history]);

    await saveAgain((await listCheckpoints(join(first.folder, "checkpoints"))).at(-1)!);
    const longer = await openRun({ ...config, steps: 8 }, options);
    assert.equal(stepCount, 8);
    assert.match(longer.notice!, /step-000006.safetensors" has the check sum of an earlier file, /);
    assert.equal(again.notice, undefined);
    assert.deepEqual(longer.history.slice(0, 6), first.history);
  });
});

Deno.test("openRun() keeps the best of several starts, says what all took, and finds it again", async () => {
  (METHODS as Record<string, Method>).worked = WORKED;
  await withRuns(async (runs, { data }) => {
    const config = configWith("quick", { method: "worked", data, steps: 5 });
    const options = { runs, restarts: 2 };
    const run = await openRun(config, options);
    assert.equal(run.folder, await runFolder(runs, config, 2));
    const { kept, rungs, seconds } = run.restarts!;
    assert.deepEqual([run.config, rungs], [{ ...config, restart: kept }, [2]]);
    assert.equal(run.checkpoint.config.restart, kept);
    assert.equal(run.history.length, 5);
    assert.ok(seconds > run.history.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    const again = await openRun(config, { ...options, onStep: () => assert.fail() });
    assert.deepEqual([again.restarts, again.checkpoint], [run.restarts, run.checkpoint]);
    assert.equal((await openRun(config, { runs })).restarts, undefined);
  });
});

Deno.test("openRun() rejects with AbortError when it is stopped, and goes on the next time", async () => {
  await withRuns(async (runs, config) => {
    const abort = new AbortController();
    const stopped = openRun(config, {
      runs,
      signal: abort.signal,
      onStep: ({ step }) => step === 3 && abort.abort(), // where losses are read anyway, for the frame
    });
    await assert.rejects(stopped, {
      name: "AbortError",
      message: "Training stopped at step 3 of 6; run it again to go on",
    });
    const checkpoints = await listCheckpoints(join(await runFolder(runs, config), "checkpoints"));
    assert.equal(checkpoints.length, 1);
    assert.equal((await openRun(config, { runs })).history.length, 6);
  });
});
