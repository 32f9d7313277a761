import assert from "node:assert/strict";
import type { LossRun } from "@/tools/bench/losses.ts";
import type { Failure, StepReport } from "@/tools/bench/report.ts";
import { measureSizes } from "@/tools/cli/bench.ts";
import type { Session } from "@/tools/cli/session.ts";
import { nativeBackend } from "@/engine/native.ts";
import { PRESETS } from "@/method/registry.ts";
import { withFolder } from "../../data/fixtures.ts";
import { runCli } from "./run_cli.ts";

const TINY = ["bench", "--filters", "4", "--batch", "4", "--repeat", "3"];

Deno.test("bench --json ends with the median step and the config as one line of JSON", async () => {
  const { code, stdout, stderr } = await runCli([...TINY, "--json"]);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 9);
  assert.equal(lines[0], "bench: 3 steps, batch 4, grid 28, 4 filters");
  assert.match(lines[1]!, /^backend [CG]PU, compiled in \d+\.\d s$/);
  assert.match(lines[2]!, /^ +median ms +fastest ms +\/ floor +memory GB +nodes +start-up s$/);
  assert.match(lines[3]!, /^step( +[\d.]+){4}( \+ [\d.]+)?( +[\d.]+){2}$/);
  assert.match(lines[4]!, /^floor +[\d.]+$/);
  assert.match(lines[5]!, /^floor: [\d.]+ GFLOP at \d+ GFLOP\/s, /);
  assert.match(lines[6]!, /^(not )?quiet: others used /);
  assert.match(lines[7]!, /^bench: done in /);
  const { stepMs, config, ...rest } = JSON.parse(lines[8]!);
  assert.ok(stepMs > 0);
  assert.deepEqual(config, { ...PRESETS.paper, filters: 4, batchSize: 4 });
  assert.deepEqual(rest, {});
});

Deno.test("bench --parts --losses --out writes everything as JSON", () =>
  withFolder(async (folder) => {
    const out = `${folder}/bench.json`;
    const more = ["--grid", "8", "--parts", "--data", "embedded-digits:1", "--losses", "2"];
    const { code, stdout, stderr } = await runCli([...TINY, ...more, "--out", out]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(await Deno.readTextFile(out));
    assert.equal(report.kind, "bench");
    assert.match(report.commit, /^[0-9a-f]{40}$/);
    assert.match(report.machine, /^\d+ CPU cores?(, .+)?$/);
    assert.deepEqual(Object.keys(report.versions), ["deno", "tfjs", "tensorflow"]);
    assert.equal(typeof report.quietness.isQuiet, "boolean");
    const sizes = { filters: 4, batchSize: 4, imageSize: 8 };
    assert.deepEqual(report.config, { ...PRESETS.paper, ...sizes, data: "embedded-digits:1" });
    assert.ok(report.step.medianMs > 0);
    const parts = ["encoder", "decoder", "renderer", "move pose", "move model"]
      .flatMap((name) => [name, name]); // both directions
    assert.deepEqual(
      report.parts.map(({ name }: { name: string }) => name),
      [...parts, "update", "call"],
    );
    for (const { name } of report.parts) assert.match(stdout, new RegExp(`\n${name}[ a-z]+[\\d.]`));
    assert.deepEqual(report.losses.map(({ seed }: LossRun) => seed), [1, 2, 3]);
    for (const { losses } of report.losses) assert.ok(losses[0] > 0 && losses.length === 2);
    assert.ok(!("growth" in report));
  }));

Deno.test("measureSizes() measures each in a process of its own, and goes on after a failure", async () => {
  const sizes = [
    { batchSize: 0, imageSize: 8, filters: 4 },
    { batchSize: 2, imageSize: 8, filters: 4 },
  ];
  const shown: number[] = [];
  const session: Session = {
    signal: new AbortController().signal,
    say() {},
    progress: (_, done) => shown.push(done!),
    silence() {},
  };
  const [failed, measured] = await measureSizes(session, PRESETS.paper, sizes, 2);
  const { failure, ...size } = failed as Failure;
  assert.deepEqual(size, sizes[0]);
  assert.match(
    failure,
    /^Cannot measure batch 0, grid 8, 4 filters: .* must end with code 0, got 2/,
  );
  const { batchSize, imageSize, filters, ...rest } = measured as StepReport;
  assert.deepEqual({ batchSize, imageSize, filters }, sizes[1]);
  assert.ok(rest.medianMs > 0 && rest.peakMemory > 1e7 && rest.startUpSeconds > 0);
  assert.deepEqual(shown, [0, 1]);
});

Deno.test("bench ends with its time where no JSON is asked for, also eagerly", async () => {
  const { code, stdout, stderr } = await runCli([...TINY, "--eager"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\nbench: done in \d+\.\d s\n$/);
});

Deno.test("bench --peer measures ours beside peers, and says why one is missing", () =>
  withFolder(async (folder) => {
    const out = `${folder}/peers.json`;
    const flags = ["--grid", "8", "--peer", "jax", "--peer-python", "no-such-python", "--out", out];
    const { code, stdout, stderr } = await runCli([...TINY, ...flags]);
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines[0], "bench: 6 rounds of 1 steps, batch 4, 4 filters: ours, jax");
    assert.match(lines[1]!, /^ +median ms +fastest ms +\/ ours +by round +memory GB +set-up s$/);
    assert.match(lines[2]!, /^ours( +[\d.]+){2} +1\.00 +1\.00 +[\d.]+( \+ [\d.]+)? +[\d.]+$/);
    assert.equal(lines[3], 'JAX failed: there is no program "no-such-python"');
    const { kind, rows } = JSON.parse(await Deno.readTextFile(out));
    assert.equal(kind, "peers");
    assert.deepEqual(rows.map(({ name }: { name: string }) => name), ["ours", "JAX"]);
  }));

Deno.test({
  name: "bench --kernels asks for a GPU",
  ignore: nativeBackend().isUsingGpuDevice,
  fn: async () => {
    const { code, stderr } = await runCli([...TINY, "--kernels"]);
    assert.equal(code, 1);
    const message = "Cannot list kernels: the backend must be gpu, got cpu; run `deno task setup " +
      "--backend gpu` on a machine with an NVIDIA GPU";
    assert.ok(stderr.includes(message), stderr);
  },
});

Deno.test("bench exits with 2 on what it does not know", async () => {
  const misuses: [string[], RegExp][] = [
    [["--repeat", "0"], /argument '0' is invalid\. It must be an integer >= 1\.\n$/],
    [["--repeat", "few"], /argument 'few' is invalid\. It must be an integer >= 1\.\n$/],
    [["--batch", "0"], /^error: Cannot use config: batchSize must be an integer >= 1, got 0\n$/],
    [["--peer", "julia"], /each must be one of torch, .*, jax, got julia\n$/],
    [["--peer", "--texture"], /peers: texture must be false, got true\n$/],
    [["--fast"], /^error: unknown option '--fast'\n/],
    [
      ["--objective", "nonsense"],
      /objective must be one of mu-vae, elbo, beta-vae, mmd, adversarial, got nonsense\n$/,
    ],
    [
      ["--method", "nonsense"],
      /^error: Cannot use config: method must be one of vae, searched, got nonsense\n$/,
    ],
    [
      ["--objective", "mmd", "--batch", "1"],
      /^error: Cannot compare codes: batchSize must be at least 2, got 1; /,
    ],
  ];
  for (const [args, message] of misuses) {
    const { code, stderr } = await runCli(["bench", ...args]);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
  }
});
