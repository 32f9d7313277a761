import assert from "node:assert/strict";
import { join } from "node:path";
import { helpOf } from "@/config.ts";
import { PRESETS } from "@/method/registry.ts";
import { SEARCHED } from "@/method/searched.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { listCheckpoints } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
import { loadFrames } from "@/train/monitor.ts";
import { readRestarts } from "@/train/restarts.ts";
import { saveAgain, withFolder } from "../../data/fixtures.ts";
import { runCli } from "./run_cli.ts";

/** Arguments of a very short run. */
const TINY = ["train", "--data", "embedded-digits", "--filters", "4", "--batch", "4"];

/** The steps of a run's checkpoints. */
const checkpointSteps = async (out: string) =>
  (await listCheckpoints(join(out, "checkpoints"))).map((path) =>
    Number(/(\d+)\.safe/.exec(path)![1])
  );

/** The steps in a run's history. */
const historySteps = async (out: string) =>
  (await readHistory(join(out, "history.jsonl"))).map(({ step }) => step);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

Deno.test("train writes to a folder, never over a run, and continues with --resume", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const every = ["--checkpoint-every", "3", "--frame-every", "3", "--out", out];
    const first = await runCli([...TINY, "--steps", "6", ...every]);
    assert.equal(first.code, 0, first.stderr);
    const number = String.raw`-?\d+\.\d\d`;
    const losses = ["loss", "image", "latent", "pose", "ms"].map((name) => `${name} ${number}`);
    assert.match(
      first.stdout,
      new RegExp(
        `^train: embedded-digits for 6 steps into ${out}\n` +
          `step 6: ${losses.join("  ")}\ntrain: done in .* s\n$`,
      ),
    );
    const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
    assert.deepEqual(config, {
      ...PRESETS.paper,
      data: "embedded-digits",
      filters: 4,
      batchSize: 4,
      steps: 6,
      checkpointEvery: 3,
      frameEvery: 3,
    });
    assert.deepEqual(await checkpointSteps(out), [3, 6]);
    assert.deepEqual(await historySteps(out), upTo(6));
    const frames = await loadFrames(join(out, "frames"));
    assert.deepEqual(frames.map(({ step }) => step), [0, 3, 6]);

    const again = await runCli([...TINY, "--steps", "6", ...every]);
    assert.equal(again.code, 1);
    assert.match(
      again.stderr,
      new RegExp(
        `error: Cannot train: the folder of a new run must be empty, got "${out}/checkpoints" ` +
          "with a checkpoint of step 6; resume it, or choose another folder\n$",
      ),
    );
    assert.deepEqual(await historySteps(out), upTo(6));

    await saveAgain((await listCheckpoints(join(out, "checkpoints"))).at(-1)!);
    const resumed = await runCli([...TINY, "--steps", "8", ...every, "--resume"]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(
      resumed.stdout,
      /\ntrain: ".*step-000006\.safetensors" has the check sum of an earlier/,
    );
    assert.match(resumed.stdout, /\nstep 8: /);
    assert.deepEqual(await checkpointSteps(out), [3, 6, 8]);
    assert.deepEqual(await historySteps(out), upTo(8));
  }));

Deno.test("train --restarts trains several starts, keeps the best, and says how all of them stood", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const words = ["--method", "searched", "--data", "embedded-digits", "--grid", "16"];
    const sizes = ["--filters", "32", "--batch", "2", "--steps", "5", "--restarts", "2"];
    const args = ["train", ...words, ...sizes, "--out", out];
    const { code, stdout, stderr } = await runCli(args);
    assert.equal(code, 0, stderr);
    const restarts = (await readRestarts(out))!;
    assert.deepEqual(restarts.rungs, [2]);
    const [first, second] = restarts.restarts.map(({ standings }) =>
      standings[0]!.realismGap.toFixed(2)
    );
    const said = [
      `train: restart 0, up to step 2`,
      `train: restart 1, up to step 2`,
      `train: restart ${restarts.kept}, up to step 5`,
      `train: realism gaps of restarts at step 2: 0: ${first}, 1: ${second}`,
      `train: kept restart ${restarts.kept}; all 2 restarts took ${restarts.seconds.toFixed(1)} s`,
    ];
    const lines = stdout.split("\n");
    assert.deepEqual(lines.filter((line) => said.includes(line)), said);
    assert.ok(lines.some((line) => /^step 5: .* realismGap -?\d+\.\d\d$/.test(line)), stdout);
    assert.ok(
      lines.some((line) => /^train: realism gap -?\d+\.\d\d; at 0 views/.test(line)),
      stdout,
    );
    assert.deepEqual(await historySteps(out), upTo(5));

    const again = await runCli(args);
    assert.equal(again.code, 1);
    assert.match(
      again.stderr,
      /error: Cannot restart: the folder of a new run must be empty, got /,
    );
    assert.equal((await runCli([...args, "--resume"])).code, 0);
    assert.deepEqual(await readRestarts(out), restarts);
  }));

/** Starts a run that would take hours, sends a signal once it trains, and returns the result. */
async function interrupt(args: readonly string[], signal: Deno.Signal) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "lib/tools/cli/main.ts", ...args],
    cwd: PROJECT.root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let words = "";
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    if (!words.includes("train ...") && (words += chunk).includes("train ...")) {
      child.kill(signal);
    }
  }
  return { code: (await child.status).code, stdout: await stdout, stderr: words };
}

const finishesAt = (signal: Deno.Signal) =>
  withFolder(async (out) => {
    const args = [...TINY, "--steps", "1000000", "--checkpoint-every", "1000000", "--out", out];
    const { code, stdout } = await interrupt(args, signal);
    assert.equal(code, 130);
    const said =
      /train: stopping.*\ntrain: stopped after step (\d+) and saved; use --resume to continue\ntrain: stopped after .* s\n$/;
    assert.match(stdout, said);
    const step = Number(said.exec(stdout)![1]);
    assert.deepEqual(await checkpointSteps(out), [step]);
    assert.deepEqual(await historySteps(out), upTo(step));

    const resumed = await runCli([...TINY, "--steps", `${step + 2}`, "--out", out, "--resume"]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(await historySteps(out), upTo(step + 2));
  });

Deno.test("train finishes the step at Ctrl-C, saves, and says how to continue", () =>
  finishesAt("SIGINT"));

Deno.test("train does the same at SIGTERM, which schedulers send", () => finishesAt("SIGTERM"));

Deno.test("train exits with 2 on bad usage and makes no folder", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const misuses: [string[], RegExp][] = [
      [[], /^error: required option '--out <folder>' not specified\n$/],
      [
        ["--out", out, "--step", "4"],
        /^error: unknown option '--step'\n\(Did you mean --steps\?\)\n$/,
      ],
      [["--out", out, "--steps", "0"], /^error: Cannot use config: steps must be an integer >= 1/],
      [["--out", out, "--restarts", "0"], /'0' is invalid\. It must be an integer >= 1\.\n$/],
      [
        ["--out", out, "--restarts", "2"],
        /^error: Cannot restart: with restarts above 1 the method must be .* searched, got vae; /,
      ],
      [["--out", out, "--filters", "x"], /'x' is invalid\. It must be a number\.\n$/],
      [["--out", out, "--preset", "slow"], /Allowed choices are paper, quick\.\n$/],
      [
        ["--out", out, "--objective", "nonsense"],
        /^error: Cannot use config: objective must be one of mu-vae, elbo, beta-vae, mmd, adversarial, got nonsense\n$/,
      ],
      [
        ["--out", out, "--pose", "nonsense"],
        /^error: Cannot use config: pose must be one of free, constant, encoder, got nonsense\n$/,
      ],
      [
        ["--out", out, "--method", "nonsense"],
        /^error: Cannot use config: method must be one of vae, searched, got nonsense\n$/,
      ],
      [
        ["--out", out, "--objective", "mmd", "--batch", "1"],
        /^error: Cannot compare codes: batchSize must be at least 2, got 1; use a larger batch or another objective\n$/,
      ],
      [
        ["--out", out, "--data", "nonsense:1"],
        /^error: Cannot load data: its name must be one of mnist, .*, got "nonsense:1"\n$/,
      ],
    ];
    for (const [args, message] of misuses) {
      // Set-up, which would fail, comes later.
      const env = { SHAPES_TENSORFLOW_DIR: "/nowhere" };
      const { code, stderr } = await runCli(["train", ...args], env);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, message);
    }
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

/** Every flag that makes a config, and the paper's value. */
const PAPER = {
  "--data <mixture>": "mnist:1,fashion-mnist:1",
  "--method <name>": "vae",
  "--grid <side>": "28",
  "--batch <count>": "64",
  "--replicas <count>": "1",
  "--images-per-object <count>": "1",
  "--seed <seed>": "1",
  "--start <number>": "0",
  "--precision <name>": "float32",
  "--steps <count>": "5500",
  "--checkpoint-every <steps>": "250",
  "--frame-every <steps>": "50",
  "--objective <name>": "mu-vae",
  "--beta <weight>": "1",
  "--pose <name>": "free",
  "--elevation": "false",
  "--texture": "false",
  "--latent <units>": "20",
  "--filters <count>": "128",
  "--tau <opacity>": "0.5",
  "--learning-rate <rate>": "0.001",
  "--clip-norm <norm>": "1",
};

Deno.test("train --help lists every flag, with its default", async () => {
  const { code, stdout } = await runCli(["train", "--help"]);
  assert.equal(code, 0);
  // One entry for each option, whose words may take several lines.
  const [, list] = stdout.split("\nOptions:\n");
  const entries = list!.trimEnd().split(/\n(?= {2}-)/).map((it) => it.trim().split(/\s{2,}/));
  const help = Object.fromEntries(entries.map(([flag, ...words]) => [flag!, words.join(" ")]));
  for (const [flag, value] of Object.entries(PAPER)) {
    const words = help[flag]?.replace(/; searched: [^;()]*\)$/, ")");
    assert.ok(words?.endsWith(` (paper: ${value})`), `${flag}: ${help[flag]}`);
  }
  const own = Object.values(SEARCHED.options).map((field) => helpOf(field).flag)
    .filter((flag) => !(flag in PAPER));
  for (const flag of own) assert.match(help[flag]!, / \(searched: [^;]*\)$/);
  const others = [
    ...own,
    "--preset <name>",
    "--data-dir <folder>",
    "--out <folder>",
    "--restarts <count>",
    "--devices <count>",
    "--resume",
    "--eager",
  ];
  assert.deepEqual(
    Object.keys(help).filter((flag) => !flag.endsWith("--help") && flag !== "--verbose").toSorted(),
    [...Object.keys(PAPER), ...others].toSorted(),
  );
  assert.match(help["--preset <name>"]!, / \(choices: "paper", "quick", default: "paper"\)$/);
  assert.match(help["--data-dir <folder>"]!, / \(default: "data", env: SHAPES_DATA_DIR\)$/);
});

Deno.test("train emulates replicas, resumes them, and refuses devices that there are not", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const flags = ["--replicas", "2", "--checkpoint-every", "2", "--out", out];
    const first = await runCli([...TINY, ...flags, "--steps", "2"]);
    assert.equal(first.code, 0, first.stderr);
    const resumed = await runCli([...TINY, ...flags, "--steps", "4", "--resume"]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(await historySteps(out), upTo(4));
    assert.equal(JSON.parse(await Deno.readTextFile(join(out, "config.json"))).replicas, 2);
    const other = await runCli([...TINY, "--replicas", "4", "--out", out, "--resume"]);
    assert.equal(other.code, 1);
    assert.match(
      other.stderr,
      /must have the checkpoint's replicas 2, got replicas 4; replicas have/,
    );
    const uneven = await runCli([...TINY, ...flags, "--devices", "3"]);
    assert.equal(uneven.code, 2);
    assert.match(uneven.stderr, /replicas must be a multiple of 3, got 2; set replicas to 3/);
  }));
