/** Trains in real MPI ranks. What they are compared with is the same replicas in this process, one after the other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { linesOf } from "@/tools/lines.ts";
import { outcomeOf, readAll, requireSame, tinyConfig, trainTiny } from "@/tools/faults/tiny_run.ts";
import { loadNewestCheckpoint } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
import { assertClose } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";
import { endOf, type Launcher, launcherOf, MPI_INSTALL, startRanks } from "../mpirun.ts";

const launcher = launcherOf("OpenMPI");

function test(what: string, body: (launcher: Launcher) => Promise<void>): void {
  const name = `${what}${launcher ? "" : ` (${MPI_INSTALL.OpenMPI})`}`;
  Deno.test({ name, ignore: !launcher, fn: () => body(launcher!) });
}

const start = (launcher: Launcher, ranks: number, folder: string, configs: readonly Config[]) =>
  startRanks(launcher, ranks, [
    "tests/train/ranks_run.ts",
    ...[launcher.library, String(ranks), folder, JSON.stringify(configs)],
  ], { TF_ENABLE_ONEDNN_OPTS: "1", TF_CPP_MIN_LOG_LEVEL: "1" });

const SIZES = { replicas: 2, steps: 30, checkpointEvery: 10, frameEvery: 30 };
const VAE = { ...tinyConfig("vae", 30), ...SIZES };

/** Every way in which a step falls into phases: free poses and an opponent, neither, and a search. */
const CONFIGS: readonly Config[] = [
  { ...VAE, objective: "adversarial", elevation: true, texture: true },
  { ...VAE, pose: "encoder", elevation: true },
  // Searching is chaotic: on a grid of 8, or in larger steps, a last digit soon decides between two poses.
  { ...tinyConfig("searched", 30), ...SIZES, imageSize: 16, learningRate: 3e-4 },
];

const withoutTimes = (history: Awaited<ReturnType<typeof readHistory>>) =>
  history.map(({ ms: _, ...losses }) => losses);

test("trainInRanks() has the losses of the same replicas in one process, with every method", (launcher) =>
  withFolder(async (folder) => {
    const { code, errors } = await endOf(start(launcher, 2, join(folder, "ranks"), CONFIGS));
    assert.equal(code, 0, errors);
    for (const [i, config] of CONFIGS.entries()) {
      const out = join(folder, "one", String(i));
      await trainTiny(config, out);
      const [one, ranks] = await Promise.all(
        [out, join(folder, "ranks", String(i))].map((out) =>
          readHistory(join(out, "history.jsonl")).then(withoutTimes)
        ),
      );
      assert.equal(ranks!.length, 30);
      for (const [step, losses] of one!.entries()) {
        for (const [name, value] of Object.entries(losses)) {
          const got = ranks![step]![name]!;
          const tolerance = 1e-5 * Math.max(1, Math.abs(losses.loss!));
          assert.ok(
            Math.abs(got - value) <= tolerance,
            `${JSON.stringify(config)}: ${name} at step ${
              step + 1
            }: ${value} in one, ${got} in ranks`,
          );
        }
      }
    }
  }));

test("trainInRanks() stops all ranks after the same step if one is asked to, saves once, and resumes", (launcher) =>
  withFolder(async (folder) => {
    const config = { ...VAE, steps: 400, checkpointEvery: 1000 };
    const out = join(folder, "stopped", "0");
    const child = start(launcher, 2, join(folder, "stopped"), [config]);
    const said: string[] = [];
    for await (const line of linesOf(child.stdout)) {
      said.push(line);
      if (line !== "step 5") continue;
      const pid = /^rank 1 is (\d+)$/m.exec(said.join("\n"))![1];
      Deno.kill(Number(pid), "SIGTERM");
    }
    await child.stderr.cancel();
    assert.equal((await child.status).code, 0);
    const { step, snapshot } = (await loadNewestCheckpoint(join(out, "checkpoints")))!;
    assert.ok(step > 5 && step < 400, `stopped at ${step}`);
    assert.equal(await readAll(out), 1);
    const ends = said.filter((line) => line.includes(" ends at ")).toSorted();
    assert.deepEqual(ends, [0, 1].map((rank) => `rank ${rank} ends at ${step}, stopped`));
    assert.ok(Object.keys(snapshot).includes("replicas/1/pose/mean"));

    // Resumed in this process, and in ranks, it ends as in ranks without a stop.
    const rest = { ...config, steps: step + 5 };
    for (const name of ["one", "whole"]) await Deno.mkdir(join(folder, name));
    await copyRun(out, join(folder, "one", "0"));
    await trainTiny(rest, join(folder, "one", "0"), { resume: true });
    for (const name of ["stopped", "whole"]) {
      const { code, errors } = await endOf(start(launcher, 2, join(folder, name), [rest]));
      assert.equal(code, 0, errors);
    }
    const whole = await outcomeOf(join(folder, "whole", "0"));
    await requireSame(out, whole);
    const one = await outcomeOf(join(folder, "one", "0"));
    assert.deepEqual(Object.keys(one.snapshot).sort(), Object.keys(whole.snapshot).sort());
    for (const [name, values] of Object.entries(whole.snapshot)) {
      assertClose(one.snapshot[name]!, values, 1e-4); // some steps of 1e-3 apart in their last digits
    }
  }));

/** Copies the folder of a run. */
async function copyRun(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyRun(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
