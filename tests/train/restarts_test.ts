import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import * as tf from "@/engine/tf.ts";
import { realismGap } from "@/infer/realism.ts";
import type { Method } from "@/method/method.ts";
import { configWith, METHODS, networkSeed } from "@/method/registry.ts";
import { loadNewestCheckpoint } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
import { train } from "@/train/loop.ts";
import { loadFrames } from "@/train/monitor.ts";
import {
  type Leg,
  readRestarts,
  type RestartOptions,
  type Restarts,
  trainRestarts,
} from "@/train/restarts.ts";
import { BY_REALISM_GAP, byLoss, ranked } from "@/train/rungs.ts";
import { assertClose } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";
import { WORKED } from "../method/worked_method.ts";
import { TINY, tinyData } from "../tiny.ts";

(METHODS as Record<string, Method>).worked = WORKED;

const CONFIG: Config = configWith("quick", { method: "worked", data: "blobs:1,bars:1", steps: 10 });

const start = (out: string, options: Partial<RestartOptions> = {}, changes: Partial<Config> = {}) =>
  trainRestarts({ ...CONFIG, ...changes } as Config, {
    ...tinyData(CONFIG),
    out,
    restarts: 3,
    ...options,
  } as RestartOptions);

const numbers = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).filter((it) => it !== "lock");

/** What a folder holds that no two runs share but by being the same run. */
async function contentOf(out: string) {
  const { seconds: _, restarts, ...rest } = (await readRestarts(out))!;
  const history = await readHistory(join(out, "history.jsonl"));
  return {
    ...rest,
    restarts: restarts.map(({ seconds: _, ...restart }) => restart),
    history: history.map(({ ms: _, ...losses }) => losses),
    checkpoint: await loadNewestCheckpoint(join(out, "checkpoints")),
    frames: await loadFrames(join(out, "frames")),
    config: JSON.parse(await Deno.readTextFile(join(out, "config.json"))),
  };
}

/** Three restarts, uninterrupted: trained once, compared with often. */
let whole: ReturnType<typeof uninterrupted> | undefined;
const wholeOnce = () => whole ??= uninterrupted();

async function uninterrupted() {
  const legs: Leg[] = [];
  let content!: Awaited<ReturnType<typeof contentOf>>;
  let restarts!: Restarts;
  await withFolder(async (out) => {
    const tensors = tf.memory().numTensors;
    const result = await start(out, { onLeg: (leg) => void legs.push(leg) });
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(result, { step: 10, isStopped: false });
    [content, restarts] = [await contentOf(out), (await readRestarts(out))!];
    const kept = String(restarts.kept);
    assert.deepEqual(
      (await numbers(join(out, "restarts"))).sort(),
      ["0", "1", "2"].filter((name) => name !== kept),
    );
    const folders = legs.map(({ folder }) => folder.slice(out.length));
    assert.deepEqual(folders.slice(0, 3), ["/restarts/0", "/restarts/1", "/restarts/2"]);
    assert.equal(folders.at(-1), "");
  });
  return { content, restarts, legs };
}

Deno.test("trainRestarts() trains all to 40 %, the better half to 60 %, and one to the end", async () => {
  const { legs, restarts: { restarts, rungs, kept, config, criterion } } = await wholeOnce();
  assert.deepEqual([rungs, config, criterion], [[4, 6], CONFIG, "realismGap"]);
  const first = ranked(restarts, 0, BY_REALISM_GAP).slice(0, 2);
  const last = ranked(first, 1, BY_REALISM_GAP)[0]!;
  assert.equal(kept, last.restart);
  assert.deepEqual(legs.map(({ restart, until }) => [restart, until]), [
    [0, 4],
    [1, 4],
    [2, 4],
    ...first.map(({ restart }) => [restart, 6]),
    [kept, 10],
  ]);
  for (const { restart, seed, steps, standings, seconds } of restarts) {
    assert.equal(seed, networkSeed({ seed: CONFIG.seed, restart }));
    const rungCount = first.some((each) => each.restart === restart) ? 2 : 1;
    assert.equal(steps, restart === kept ? 10 : rungs[rungCount - 1]);
    assert.deepEqual(standings.map(({ step }) => step), rungs.slice(0, rungCount));
    assert.ok(seconds > 0);
  }
  assert.equal(new Set(restarts.map(({ standings }) => standings[0]!.losses.image)).size, 3);
});

Deno.test("trainRestarts() counts the seconds of all restarts", async () => {
  const { restarts: { restarts, seconds } } = await wholeOnce();
  assertClose([restarts.reduce((sum, each) => sum + each.seconds, 0)], [seconds], 0.051);
});

Deno.test("trainRestarts() leaves the run that its config gives when it is trained alone", async () => {
  const { content, restarts: { kept, restarts } } = await wholeOnce();
  const config = { ...CONFIG, restart: kept! };
  assert.deepEqual(content.config, config);
  await withFolder(async (out) => {
    await train(config, { ...tinyData(config), out });
    const alone = await readHistory(join(out, "history.jsonl"));
    // A rung that is no checkpoint of the run alone has a realism gap of its own.
    const isRung = (step: number) => [6].includes(step);
    assert.deepEqual(
      alone.map(({ ms: _, ...losses }) => losses),
      content.history.map(({ realismGap, ...losses }) =>
        isRung(losses.step!) || realismGap === undefined ? losses : { ...losses, realismGap }
      ),
    );
    const newest = (await loadNewestCheckpoint(join(out, "checkpoints")))!;
    assert.deepEqual(content.checkpoint, newest);
    assert.deepEqual(await loadFrames(join(out, "frames")), content.frames);
    const gap = realismGap(config, newest.snapshot, tinyData(config).samples);
    assertClose([alone.at(-1)!.realismGap!], [gap], 1e-5);
  });
  const standing = restarts.find(({ restart }) => restart === kept)!.standings[1]!;
  assert.equal(standing.realismGap, content.history[5]!.realismGap);
});

Deno.test("trainRestarts() resumes exactly after SIGKILL at any moment", async () => {
  await withFolder(async (out) => {
    // Steps of all restarts by then: 12 in the first rung, 16 in the second, 20 in all.
    for (const steps of [2, 9, 2, 6]) {
      const script = new URL("restarted_run.ts", import.meta.url).pathname;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-check", script, out, JSON.stringify(CONFIG)],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let seen = 0;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        if ((seen += chunk.split("step").length - 1) >= steps) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended by itself
      }
      await child.status;
    }
    assert.deepEqual(await start(out, { resume: true }), { step: 10, isStopped: false });
    assert.deepEqual(await contentOf(out), (await wholeOnce()).content);
  });
});

Deno.test("trainRestarts() goes on where a kill left the best half moved up", async () => {
  await withFolder(async (out) => {
    const abort = new AbortController();
    await start(out, {
      signal: abort.signal,
      onLeg: ({ until }) => until === 10 && abort.abort(), // moved up, not yet gone on
    } as Partial<RestartOptions>);
    const folder = join(out, "restarts", String((await readRestarts(out))!.kept));
    await Deno.mkdir(folder);
    for (const name of ["frames", "history.jsonl"]) {
      await Deno.rename(join(out, name), join(folder, name));
    }
    await start(out, { resume: true });
    assert.deepEqual(await contentOf(out), (await wholeOnce()).content);
  });
});

Deno.test("trainRestarts() stops at its signal in any leg, saves, and can go on", async () => {
  await withFolder(async (out) => {
    for (const last of [2, 5, 3]) {
      const abort = new AbortController();
      let taken = 0;
      const result = await start(out, {
        resume: true,
        signal: abort.signal,
        onStep: () => void (++taken === last && abort.abort()),
      });
      assert.ok(result.isStopped);
    }
    const left = (await readRestarts(out))!;
    assert.equal(left.kept, undefined);
    await start(out, { resume: true });
    assert.deepEqual(await contentOf(out), (await wholeOnce()).content);
    // Nothing is left to do.
    await start(out, { resume: true, onStep: () => assert.fail() });
    assert.deepEqual(await contentOf(out), (await wholeOnce()).content);
  });
});

/** Options that make the losses of some restarts NaN at their third step. */
function poisoned(restarts: readonly number[]): Partial<RestartOptions> {
  const { batches } = tinyData(CONFIG);
  let isPoisoned = false;
  return {
    batches: {
      ...batches,
      batch(step) {
        const { images, indices } = batches.batch(step);
        return { images: isPoisoned && step === 2 ? images.fill(NaN) : images, indices };
      },
    },
    onLeg: ({ restart }) => void (isPoisoned = restarts.includes(restart)),
  };
}

Deno.test("trainRestarts() drops a restart that diverges, and goes on without it", async () => {
  await withFolder(async (out) => {
    const { kept } = (await wholeOnce()).restarts;
    await start(out, poisoned([kept!]));
    const { restarts, kept: other } = (await readRestarts(out))!;
    assert.notEqual(other, kept);
    const { diverged, standings, steps } = restarts[kept!]!;
    assert.match(diverged!, /^Cannot train on: .* got \w+ NaN at step 3/);
    assert.deepEqual([standings, steps], [[], 2]);
  });
});

Deno.test("trainRestarts() ends where all restarts diverge", async () => {
  await withFolder(async (out) => {
    await assert.rejects(start(out, { ...poisoned([0, 1]), restarts: 2 }), {
      name: "RangeError",
      message:
        "Cannot restart: the loss of at least one of 2 restarts must stay finite, got none at " +
        "step 4; start with a smaller learning rate or another seed",
    });
  });
});

Deno.test("trainRestarts() goes by the criterion that it is given", async () => {
  const { restarts } = (await wholeOnce()).restarts;
  await withFolder(async (out) => {
    await start(out, { restarts: 2, criterion: byLoss("image") });
    const { kept, criterion } = (await readRestarts(out))!;
    assert.equal(criterion, "loss image");
    assert.equal(kept, ranked(restarts.slice(0, 2), 0, byLoss("image"))[0]!.restart);
  });
});

Deno.test("trainRestarts() of one is the run alone", async () => {
  await withFolder(async (out) => {
    assert.equal((await start(out, { restarts: 1 }, { steps: 2 })).step, 2);
    assert.equal(await readRestarts(out), undefined);
  });
});

Deno.test("trainRestarts() refuses other methods, folders that hold runs, and other restarts", async () => {
  await withFolder(async (out) => {
    const refuses = (
      message: RegExp,
      options: Partial<RestartOptions>,
      changes?: Partial<Config>,
    ) => assert.rejects(start(out, options, changes), { name: "RangeError", message });
    await refuses(/^Cannot restart: .* searched, worked, got vae; /, {}, TINY);
    const abort = new AbortController();
    abort.abort();
    await start(out, { signal: abort.signal });
    await refuses(
      /^Cannot restart: the folder of a new run must be empty, got ".*" with restarts; /,
      {},
    );
    const resumed = { resume: true };
    await refuses(/^Cannot resume: .* seed 1, got seed 2; /, resumed, { seed: 2 });
    const others: [Partial<RestartOptions>, string][] = [
      [{ restarts: 4 }, "4 by realismGap at steps 4, 6"],
      [{ restarts: 1 }, "1 by realismGap at steps none"],
      [{ criterion: byLoss("image") }, "3 by loss image at steps 4, 6"],
    ];
    for (const [options, got] of others) {
      const message =
        "^Cannot resume: restarts must be those of the folder, 3 by realismGap at steps " +
        `4, 6, got ${got}; use those values, or another folder$`;
      await refuses(new RegExp(message), { ...resumed, ...options });
    }
  });
  await withFolder(async (out) => {
    await start(out, { restarts: 1 }, { steps: 1 });
    await assert.rejects(start(out, { resume: true }), {
      name: "RangeError",
      message:
        `Cannot restart: the folder must be empty or hold restarts, got "${out}" with a run of ` +
        `its own; choose another folder`,
    });
  });
});
