import assert from "node:assert/strict";
import { PRESETS } from "@/config.ts";
import { runCli } from "./run_cli.ts";

const TINY = ["bench", "--filters", "4", "--batch", "4", "--repeat", "3"];

Deno.test("bench --json ends with the median step and the config as one line of JSON", async () => {
  const { code, stdout, stderr } = await runCli([...TINY, "--json"]);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 5);
  assert.equal(lines[0], "bench: 3 steps, batch 4, 4 filters");
  assert.match(lines[1]!, /^backend [CG]PU, compiled in \d+\.\d s$/);
  assert.match(lines[2]!, /^step: median \d+\.\d ms, fastest \d+\.\d, slowest \d+\.\d$/);
  assert.match(lines[3]!, /^bench: done in /);
  const { stepMs, config, ...rest } = JSON.parse(lines[4]!);
  assert.ok(stepMs > 0);
  assert.deepEqual(config, { ...PRESETS.paper, filters: 4, batchSize: 4 });
  assert.deepEqual(rest, {});
});

Deno.test("bench ends with its time where no JSON is asked for, also eagerly", async () => {
  const { code, stdout, stderr } = await runCli([...TINY, "--eager"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\nbench: done in \d+\.\d s\n$/);
});

Deno.test("bench exits with 2 on what it does not know", async () => {
  const misuses: [string[], RegExp][] = [
    [["--repeat", "0"], /argument '0' is invalid\. It must be an integer >= 1\.\n$/],
    [["--repeat", "few"], /argument 'few' is invalid\. It must be an integer >= 1\.\n$/],
    [["--batch", "0"], /^error: Cannot use config: batchSize must be an integer >= 1, got 0\n$/],
    [["--fast"], /^error: unknown option '--fast'\n/],
    [["--objective", "nonsense"], /objective must be one of mu-vae, elbo, got nonsense\n$/],
  ];
  for (const [args, message] of misuses) {
    const { code, stderr } = await runCli(["bench", ...args]);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
  }
});
