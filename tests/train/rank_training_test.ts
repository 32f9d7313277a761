/** Trains in real MPI ranks. What they are compared with is the same replicas in this process, one after the other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { OBJECTIVES } from "@/method/objective/objectives.ts";
import { linesOf } from "@/tools/lines.ts";
import { outcomeOf, readAll, requireSame, tinyConfig, trainTiny } from "@/tools/faults/tiny_run.ts";
import { namesIn } from "@/tools/faults/tries.ts";
import { loadNewestCheckpoint } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
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

const VAE = { ...tinyConfig("vae", 30), replicas: 2, checkpointEvery: 10, frameEvery: 30 };
const SEARCHED = {
  ...tinyConfig("searched", 30),
  replicas: 2,
  checkpointEvery: 10,
  frameEvery: 30,
};

/** Every objective and pose, and the searched one. */
const CONFIGS: readonly Config[] = [
  { ...VAE, objective: "adversarial", elevation: true, texture: true },
  { ...VAE, pose: "encoder", elevation: true },
  { ...VAE, pose: "constant" },
  ...Object.keys(OBJECTIVES).filter((name) => name !== "adversarial")
    .map((objective) => ({ ...VAE, objective })),
  SEARCHED,
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
          const tolerance = 1e-5 * Math.max(1, Math.abs(value));
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
