import assert from "node:assert/strict";
import { join } from "node:path";
import { runsOf } from "@/method/runs.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { listCheckpoints, stepOf } from "@/train/checkpoint.ts";
import { lockRun } from "@/train/loop.ts";
import { readHistory } from "@/train/history.ts";
import { runFolder } from "@/train/run.ts";
import { sweepRuns } from "@/tools/sweep/sweep_runs.ts";
import { withFolder } from "../../data/fixtures.ts";
import { until } from "../sweep/slurm.ts";
import { runCli } from "./run_cli.ts";

const TINY = { data: "embedded-digits", filters: 4, batchSize: 4, steps: 4 };

/** A sweep of tiny runs, and a way to call the command on it. */
async function tinySweep(folder: string, count: number, changes = {}) {
  const [file, runs] = [join(folder, "tiny.json"), join(folder, "runs")];
  const all = { ...TINY, ...changes };
  const entries = Array.from({ length: count }, (_, i) => ({ ...all, name: `tiny ${i}`, seed: i }));
  await Deno.writeTextFile(file, JSON.stringify(entries));
  const list = await sweepRuns("quick", file);
  const sweepWords = ["sweep", "--preset", "quick", "--file", file, "--runs", runs];
  const sweep = (...words: string[]) => runCli([...sweepWords, ...words]);
  const folderOf = (number: number) => runFolder(runs, list[number]!.config);
  return { sweep, sweepWords, folderOf };
}

Deno.test("sweep --list prints the numbers and names of the notebooks' runs, and nothing else", async () => {
  const { code, stdout } = await runCli(["sweep", "--preset", "paper", "--list"]);
  assert.equal(code, 0);
  const lines = runsOf("paper").map(({ name }, number) => `${number}  ${name}`);
  assert.equal(stdout, lines.join("\n") + "\n");
});

Deno.test("sweep --run trains a prepared run once; --missing and --status tell of it", () =>
  withFolder(async (folder) => {
    const { sweep, folderOf } = await tinySweep(folder, 3);
    const early = await sweep("--run", "1");
    assert.equal(early.code, 1);
    assert.match(early.stderr, /^error: Cannot sweep: the runs must be prepared, got no ".*"/);
    const prepared = await sweep("--prepare");
    assert.match(prepared.stdout, /^sweep: prepared runs 0 to 2\nsweep: done in .*\n$/);

    const first = await sweep("--run", "1");
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^sweep: run 1 \(tiny 1\) from step 0 to 4\nstep 4: /);
    const history = await readHistory(join(await folderOf(1), "history.jsonl"));
    const again = await sweep("--run", "1");
    assert.match(again.stdout, /^sweep: run 1 \(tiny 1\) is done already\nsweep: done in .*\n$/);
    assert.deepEqual(await readHistory(join(await folderOf(1), "history.jsonl")), history);

    using _ = await lockRun(await folderOf(2));
    assert.equal((await sweep("--missing")).stdout, "0\n");
    assert.match(
      (await sweep("--status")).stdout,
      /^run .*\n +0 +tiny 0 +0\/4 +missing\n +1 +tiny 1 +4\/4 +done +\d+ s ago\n +2 +tiny 2 +0\/4 +running\n3 runs: 1 done, 1 running, 1 missing\n$/,
    );
    const refused = await sweep("--run", "2");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /error: Cannot train: the run must have its folder to itself, got /,
    );
  }));

Deno.test("sweep trains all that is missing, so many at once, and goes on after a failure", () =>
  withFolder(async (folder) => {
    const { sweep, folderOf } = await tinySweep(folder, 3);
    const broken = join(await folderOf(1), "checkpoints");
    await Deno.mkdir(broken, { recursive: true });
    await Deno.writeTextFile(join(broken, "step-000002.safetensors"), "damaged");
    const { code, stdout } = await sweep("--devices", "2");
    assert.equal(code, 1);
    assert.match(stdout, /^sweep: 3 of 3 runs are to be trained\n/);
    assert.match(stdout, /\nsweep: run 0 \(tiny 0\) done in .*/);
    assert.match(stdout, /\nsweep: run 1 \(tiny 1\) FAILED after .*/);
    assert.match(
      stdout,
      /\nsweep: run 1 ended with: error: Cannot read ".*step-000002\.safetensors"/,
    );
    assert.equal((await sweep("--missing")).stdout, "1\n");
    await Deno.remove(broken, { recursive: true });
    const rest = await sweep();
    assert.equal(rest.code, 0, rest.stderr);
    assert.match(rest.stdout, /^sweep: 1 of 3 runs are to be trained\nsweep: run 1 .* done in .*/);
    assert.equal((await sweep("--missing")).stdout, "\n");
  }));

Deno.test("sweep stops all its runs at SIGTERM, and each saves its last step", () =>
  withFolder(async (folder) => {
    const { sweep, sweepWords, folderOf } = await tinySweep(folder, 3, { steps: 100_000 });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", ...sweepWords, "--devices", "2"],
      cwd: PROJECT.root,
      stdout: "null",
      stderr: "null",
    }).spawn();
    const stepsOf = async (number: number) =>
      (await readHistory(join(await folderOf(number), "history.jsonl"))).length;
    await until("two runs train", async () => await stepsOf(2) > 5 && await stepsOf(1) > 5);
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 130);
    for (const number of [1, 2]) {
      const path = (await listCheckpoints(join(await folderOf(number), "checkpoints"))).at(-1);
      assert.equal(stepOf(path!), await stepsOf(number));
    }
    assert.match((await sweep("--status")).stdout, /\n3 runs: 2 interrupted, 1 missing\n$/);
    assert.equal((await sweep("--missing")).stdout, "0-2\n");
  }));

Deno.test("sweep exits with 2 on bad usage", async () => {
  const misuses: [string[], RegExp][] = [
    [["--run", ""], /'' is invalid\. It must be an integer >= 0\.\n$/],
    [["--run", "1", "--missing"], /'--missing' cannot be used with option '--run <number>'/],
    [["--devices", "0"], /'0' is invalid\. It must be an integer >= 1\.\n$/],
    [["--file", "none.json", "--list"], /^error: Cannot read "none\.json": it must exist/],
  ];
  for (const [words, message] of misuses) {
    const { code, stderr } = await runCli(["sweep", ...words]);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, message);
  }
  const env = { CUDA_VISIBLE_DEVICES: "3" };
  const { code, stderr } = await runCli(["sweep", "--devices", "2"], env);
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot sweep: devices must be at most 1, those of CUDA_VISIBLE_/);
});
