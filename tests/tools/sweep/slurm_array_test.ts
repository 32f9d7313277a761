/** A sweep as an array of jobs on a real Slurm, killed and submitted again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Preset } from "@/config.ts";
import { sweepRuns } from "@/tools/sweep/sweep_runs.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { readHistory } from "@/train/history.ts";
import { runStatus } from "@/train/run_status.ts";
import { runCli } from "../cli/run_cli.ts";
import { type Slurm, slurmTest, until } from "./slurm.ts";

const TINY = { data: "embedded-digits", filters: 4, batchSize: 4, frameEvery: 1000 };
const PRESET: Preset = "quick";

/** The runs that are killed: one is asked to stop and must save by itself, the other gets no time to. */
const [ASKED, KILLED] = [2, 5];
const LONG = 600;

/** Eight runs; those that are killed take long enough to be met half-way. */
const RUNS = Array.from({ length: 8 }, (_, i) => ({
  name: `tiny ${i}`,
  ...TINY,
  seed: i + 1,
  steps: i === ASKED || i === KILLED ? LONG : 20,
  checkpointEvery: i === KILLED ? 10 : 100_000,
}));

/** What tasks said of where they began: the run's number, its first step and its last one. */
async function beginnings(folder: string, job: string): Promise<number[][]> {
  const found: number[][] = [];
  for (const number of RUNS.keys()) {
    const log = await Deno.readTextFile(join(folder, `${job}-${number}.log`)).catch(() => "");
    const said = log.matchAll(/^sweep: run (\d+) \(.*\) from step (\d+) to (\d+)$/gm);
    for (const [, ...numbers] of said) found.push(numbers.map(Number));
  }
  return found;
}

/** Submits runs by their numbers, as the README does. */
async function submit(slurm: Slurm, words: string[], numbers: string): Promise<string> {
  const command = [Deno.execPath(), "task", "sweep", ...words].map((word) => `'${word}'`).join(" ");
  return await slurm.run(
    "sbatch",
    "--parsable",
    `--array=${numbers}`,
    `--chdir=${PROJECT.root}`,
    `--output=${join(slurm.folder, "%A-%a.log")}`,
    `--wrap=exec ${command} --run $SLURM_ARRAY_TASK_ID`,
  );
}

slurmTest(
  "a Slurm array of eight runs, two of them killed, is done after a second one, and trains nothing twice",
  async (slurm) => {
    const [file, runs] = [join(slurm.folder, "runs.json"), join(slurm.folder, "runs")];
    await Deno.writeTextFile(file, JSON.stringify(RUNS));
    const words = ["--preset", PRESET, "--file", file, "--runs", runs];
    const list = await sweepRuns(PRESET, file);
    const statusOf = (number: number) => runStatus(runs, list[number]!.config);
    const missing = async () => (await runCli(["sweep", ...words, "--missing"])).stdout.trim();
    const prepared = await runCli(["sweep", ...words, "--prepare"]);
    assert.equal(prepared.code, 0, prepared.stderr);

    assert.equal(await missing(), "0-7");
    const first = await submit(slurm, words, await missing());
    const kill = async (number: number, ...how: string[]) => {
      await until(`run ${number} trains`, async () => {
        const { state, step, savedAt } = await statusOf(number);
        return state === "running" && step > 20 && (number === ASKED || savedAt !== undefined);
      });
      await slurm.run("scancel", ...how, `${first}_${number}`);
    };
    await Promise.all([kill(ASKED), kill(KILLED, "--signal=KILL", "--full")]);
    await slurm.drained();

    const left = await Promise.all([ASKED, KILLED].map(statusOf));
    const interrupted = left.map(({ state, step }) => {
      assert.equal(state, "interrupted");
      assert.ok(step > 0 && step < LONG, `${step}`);
      return step;
    });
    const { length } = await readHistory(join(left[0]!.folder, "history.jsonl"));
    assert.equal(interrupted[0], length, "the run that was asked to stop has saved its last step");
    assert.deepEqual(
      await beginnings(slurm.folder, first),
      RUNS.map(({ steps }, i) => [i, 0, steps]),
    );

    assert.equal(await missing(), `${ASKED},${KILLED}`);
    const second = await submit(slurm, words, await missing());
    await slurm.drained();
    assert.equal(await missing(), "");
    assert.deepEqual(await beginnings(slurm.folder, second), [
      [ASKED, interrupted[0]!, LONG],
      [KILLED, interrupted[1]!, LONG],
    ]);
    for (const [number, { steps }] of RUNS.entries()) {
      const { state, folder } = await statusOf(number);
      assert.equal(state, "done");
      const history = await readHistory(join(folder, "history.jsonl"));
      const upTo = Array.from({ length: steps }, (_, i) => i + 1);
      assert.deepEqual(history.map(({ step }) => step), upTo, `run ${number}`);
    }
  },
);
