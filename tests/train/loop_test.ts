import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import type { Batches } from "@/data/batches.ts";
import { describeMachine } from "@/engine/machine.ts";
import * as tf from "@/engine/tf.ts";
import { listCheckpoints } from "@/train/checkpoint.ts";
import { readHistory, type StepRecord } from "@/train/history.ts";
import { DivergenceError, train, type TrainOptions } from "@/train/loop.ts";
import { type Frame, loadFrames } from "@/train/monitor.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinyData } from "../tiny.ts";

/** Trains the tiny config, or a changed one, into a folder. */
function trainTiny(
  out: string,
  changes: Partial<Config> = {},
  options: Partial<TrainOptions> = {},
) {
  const config = { ...TINY, ...changes };
  return train(config, { ...tinyData(config), out, ...options });
}

const historyOf = (out: string) => readHistory(join(out, "history.jsonl"));

/** Records without their times, which no two runs share. */
const withoutTimes = (records: readonly StepRecord[]) =>
  records.map(({ ms: _, ...losses }) => losses);

const checkpointSteps = async (out: string) =>
  (await listCheckpoints(join(out, "checkpoints"))).map((path) =>
    Number(/(\d+)\.safe/.exec(path)![1])
  );

/** What the uninterrupted run leaves: trained once, compared with often. */
let whole: Promise<{ losses: unknown; frames: Frame[] }> | undefined;

function uninterrupted() {
  return whole ??= (async () => {
    const frames: Frame[] = [];
    const records: StepRecord[] = [];
    await withFolder(async (folder) => {
      await trainTiny(folder, {}, {
        onStep: (record) => records.push(record),
        onFrame: (frame) => void frames.push(frame),
      });
    });
    return { losses: withoutTimes(records), frames };
  })();
}

Deno.test("train() leaves config, machine, history, frames and the last three checkpoints", async () => {
  await withFolder(async (folder) => {
    const out = join(folder, "runs", "first");
    const [steps, frames]: [StepRecord[], Frame[]] = [[], []];
    const tensors = tf.memory().numTensors;
    const result = await trainTiny(out, { steps: 14 }, {
      onStep: (record) => steps.push(record),
      onFrame: (frame) => void frames.push(frame),
    });
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(result, { step: 14, isStopped: false });
    const files = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
    assert.deepEqual(files.toSorted(), [
      "checkpoints",
      "config.json",
      "frames",
      "history.jsonl",
      "lock",
      "machine.txt",
    ]);
    const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
    assert.deepEqual(config, { ...TINY, steps: 14 });
    assert.equal(await Deno.readTextFile(join(out, "machine.txt")), describeMachine() + "\n");
    assert.deepEqual(await checkpointSteps(out), [8, 12, 14], "every 4, and the end");
    assert.deepEqual(frames.map(({ step }) => step), [0, 3, 6, 9, 12]);
    assert.deepEqual(await loadFrames(join(out, "frames")), frames);
    const history = await historyOf(out);
    assert.deepEqual(history, steps);
    for (const [i, record] of history.entries()) {
      assert.deepEqual(Object.keys(record), ["step", "loss", "image", "latent", "pose", "ms"]);
      assert.equal(record.step, i + 1);
      assert.ok(Object.values(record).every(Number.isFinite));
    }
  });
});

Deno.test("train() resumed gives exactly the losses and frames of the uninterrupted run", async () => {
  await withFolder(async (folder) => {
    await trainTiny(folder, { steps: 5 });
    await trainTiny(folder, { steps: 6 }, { resume: true });
    const result = await trainTiny(folder, {}, { resume: true });
    assert.equal(result.step, 12);
    const { losses, frames } = await uninterrupted();
    assert.deepEqual(withoutTimes(await historyOf(folder)), losses);
    assert.deepEqual(await loadFrames(join(folder, "frames")), frames);
  });
});

Deno.test("train() stops after a step as after the last, and goes on exactly from there", async () => {
  await withFolder(async (folder) => {
    const result = await trainTiny(folder, {}, { until: 5 });
    assert.deepEqual(result, { step: 5, isStopped: false });
    assert.deepEqual(await checkpointSteps(folder), [4, 5]);
    assert.equal((await historyOf(folder)).length, 5);
    await trainTiny(folder, {}, { resume: true, until: 99 });
    assert.deepEqual(withoutTimes(await historyOf(folder)), (await uninterrupted()).losses);
  });
});

Deno.test("train() has nothing to do where the last step was taken", async () => {
  await withFolder(async (folder) => {
    await trainTiny(folder);
    const before = await historyOf(folder);
    const result = await trainTiny(folder, {}, { resume: true, onStep: () => assert.fail() });
    assert.deepEqual(result, { step: 12, isStopped: false });
    assert.deepEqual(await historyOf(folder), before);
  });
});

Deno.test("train() starts from the beginning when it is to resume an empty folder", async () => {
  await withFolder(async (folder) => {
    assert.equal((await trainTiny(folder, { steps: 2 }, { resume: true })).step, 2);
  });
});

Deno.test("train() gives the losses of the uninterrupted run after SIGKILL at random moments", async () => {
  await withFolder(async (folder) => {
    const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
    const changes = { steps: 24, checkpointEvery: 2, frameEvery: 3 };
    await trainTiny(whole, changes);
    for (const lastStep of [4, 13]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          "--no-check",
          new URL("killed_run.ts", import.meta.url).pathname,
          killed,
          "100000",
        ],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let text = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (text.split("\n").some((line) => Number(line) >= lastStep)) break;
      }
      // Anywhere in the steps that follow, also while a checkpoint or a frame is being written.
      await new Promise((resolve) => setTimeout(resolve, 10 * Math.random()));
      child.kill("SIGKILL");
      assert.equal((await child.status).signal, "SIGKILL");
      assert.ok((await checkpointSteps(killed)).length > 0);
    }
    const reached = (await checkpointSteps(killed)).at(-1)!;
    const result = await trainTiny(killed, { ...changes, steps: Math.max(24, reached) }, {
      resume: true,
    });
    assert.ok(result.step >= 24);
    const history = (await historyOf(killed)).slice(0, 24);
    assert.deepEqual(withoutTimes(history), withoutTimes(await historyOf(whole)));
    const frames = (await loadFrames(join(killed, "frames"))).filter(({ step }) => step <= 24);
    assert.deepEqual(frames, await loadFrames(join(whole, "frames")));
    for (const inside of ["", "checkpoints", "frames"]) {
      const names = await Array.fromAsync(Deno.readDir(join(killed, inside)), ({ name }) => name);
      assert.deepEqual(names.filter((name) => name.endsWith(".tmp")), []);
    }
  });
});

Deno.test("train() finishes the step when its signal fires, saves, and can go on", async () => {
  await withFolder(async (folder) => {
    const abort = new AbortController();
    const result = await trainTiny(folder, {}, {
      signal: abort.signal,
      onStep: ({ step }) => step === 6 && abort.abort(),
    });
    assert.deepEqual(result, { step: 6, isStopped: true });
    assert.deepEqual(await checkpointSteps(folder), [4, 6]);
    assert.equal((await historyOf(folder)).length, 6);
    await trainTiny(folder, {}, { resume: true });
    assert.deepEqual(withoutTimes(await historyOf(folder)), (await uninterrupted()).losses);
  });
});

Deno.test("train() sees a signal that fires outside its own callbacks", async () => {
  await withFolder(async (folder) => {
    const abort = new AbortController();
    const result = await trainTiny(folder, { steps: 1_000_000, checkpointEvery: 1_000_000 }, {
      signal: abort.signal,
      onStep: ({ step }) => step === 1 && setTimeout(() => abort.abort(), 20),
    });
    assert.ok(result.isStopped && result.step > 0);
    assert.deepEqual(await checkpointSteps(folder), [result.step]);
  });
});

Deno.test("train() stops at a loss that is not finite, naming step, term and the value before", async () => {
  await withFolder(async (folder) => {
    const { batches } = tinyData();
    const poisoned: Batches = {
      ...batches,
      batch: (step) => {
        const { images, indices } = batches.batch(step);
        return { images: step === 6 ? images.fill(NaN) : images, indices };
      },
    };
    let before: StepRecord | undefined;
    await assert.rejects(
      trainTiny(folder, {}, { batches: poisoned, onStep: (record) => before = record }),
      (error: Error) => {
        assert.ok(error instanceof DivergenceError && error.name === "RangeError");
        assert.equal(
          error.message,
          `Cannot train on: every term of the loss must be finite, got image NaN at step 7, after ` +
            `${before!.image} at step 6; the last checkpoint is kept, resume with a smaller ` +
            "learning rate or start with another seed",
        );
        return true;
      },
    );
    assert.deepEqual(await checkpointSteps(folder), [4]);
    assert.equal((await historyOf(folder)).length, 6);
    assert.equal(
      (await trainTiny(folder, {}, { resume: true })).step,
      12,
      "the checkpoint is good",
    );
  });
});

Deno.test("train() stops when it diverges", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(trainTiny(folder, { learningRate: 1e30 }), {
      name: "RangeError",
      message: "Cannot train on: every term of the loss must be finite, got image NaN at step 1; " +
        "the last checkpoint is kept, resume with a smaller learning rate or start with another seed",
    });
    assert.deepEqual(await checkpointSteps(folder), []);
  });
});

Deno.test("train() refuses to write over a run", async () => {
  await withFolder(async (folder) => {
    await trainTiny(folder, { steps: 4 });
    const before = await historyOf(folder);
    await assert.rejects(trainTiny(folder), {
      name: "RangeError",
      message: `Cannot train: the folder of a new run must be empty, got "${
        join(folder, "checkpoints")
      }" with a checkpoint of step 4; resume it, or choose another folder`,
    });
    assert.deepEqual(await historyOf(folder), before);
  });
});

Deno.test("train() refuses to resume with another config, and leaves the run as it is", async () => {
  await withFolder(async (folder) => {
    await trainTiny(folder, { steps: 4 });
    await assert.rejects(trainTiny(folder, { tau: 0.25 }, { resume: true }), {
      name: "RangeError",
      message: "Cannot resume: the config must have the checkpoint's tau 0.5, got tau 0.25; " +
        "use those values, or another folder",
    });
    const config = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
    assert.equal(config.tau, 0.5);
    assert.equal((await historyOf(folder)).length, 4);
  });
});

Deno.test("train() refuses to resume from a damaged checkpoint and offers the one before", async () => {
  await withFolder(async (folder) => {
    await trainTiny(folder, { steps: 8 });
    const [before, newest] = await listCheckpoints(join(folder, "checkpoints")) as [string, string];
    const bytes = await Deno.readFile(newest);
    await Deno.writeFile(newest, bytes.subarray(0, bytes.length >> 1));
    await assert.rejects(trainTiny(folder, {}, { resume: true }), (error: Error) => {
      assert.equal(error.name, "SyntaxError");
      assert.match(
        error.message,
        /a safetensors file must hold \d+ bytes of values, got \d+ \(it is cut short\); /,
      );
      assert.ok(error.message.endsWith(`remove it to go on from "${before}"`));
      return true;
    });
    await Deno.remove(newest);
    assert.equal((await trainTiny(folder, {}, { resume: true })).step, 12);
    const steps = (await historyOf(folder)).map(({ step }) => step);
    assert.deepEqual(steps, Array.from({ length: 12 }, (_, i) => i + 1));
  });
});
