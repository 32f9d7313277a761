import assert from "node:assert/strict";
import { join } from "node:path";
import { currentCommit, recordOf, recordOfRun, recordOfRuns } from "@/show/figures/run_record.ts";
import { describeMachine } from "@/engine/machine.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";
import { handMadeRun } from "./runs.ts";

const COMMIT_OR_NONE = /^([0-9a-f]{40}|not a git checkout)$/; // a downloaded archive has no .git

Deno.test("recordOf() gives config, seed, commit, minutes and machine", () => {
  const now = performance.now;
  performance.now = () => 100_000;
  try {
    const config = { seed: 7, views: 6 };
    const { commit, ...rest } = recordOf({ config, since: 10_000, metrics: { error: 0.5 } });
    assert.match(commit, COMMIT_OR_NONE);
    assert.deepEqual(rest, {
      config,
      seed: 7,
      minutes: 1.5,
      machine: describeMachine(),
      metrics: { error: 0.5 },
    });
  } finally {
    performance.now = now;
  }
});

Deno.test("recordOfRun() gives the minutes and the machine of the training", () => {
  const { commit, ...rest } = recordOfRun(handMadeRun(), { error: 0.25 });
  assert.match(commit, COMMIT_OR_NONE);
  assert.deepEqual(rest, {
    config: TINY,
    seed: TINY.seed,
    minutes: 18, // twelve steps of 90 s
    machine: "3 CPU cores",
    data: "the tests",
    metrics: { steps: 12, error: 0.25 },
  });
});

Deno.test("recordOfRun() rounds minutes to hundredths", () => {
  const run = { ...handMadeRun(), history: [{ step: 1, loss: 1, ms: 1234 }] };
  assert.equal(recordOfRun(run, {}).minutes, 0.02);
  assert.equal(recordOfRun({ ...run, history: [] }, {}).minutes, 0);
});

Deno.test("recordOfRuns() describes the first run and sums the minutes of all", () => {
  const other = { ...handMadeRun(), config: { ...TINY, seed: 2 }, machine: "1 CPU core" };
  const record = recordOfRuns([handMadeRun(), other], { error: 0.25 });
  assert.deepEqual(record, { ...recordOfRun(handMadeRun(), { error: 0.25 }), minutes: 36 });
});

Deno.test("recordOfRuns() counts the minutes of restarts that were not kept", () => {
  const restarts = {
    config: TINY,
    criterion: "realismGap",
    rungs: [5],
    restarts: [],
    seconds: 2160,
  };
  assert.equal(recordOfRuns([handMadeRun(), { ...handMadeRun(), restarts }], {}).minutes, 18 + 36);
});

/** The result of `currentCommit()` in another folder, or with other variables. */
async function commitIn(cwd: string, env: Record<string, string>): Promise<string> {
  const script =
    `import { currentCommit } from "@/show/figures/run_record.ts"; console.log(currentCommit());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", `--config=${join(PROJECT.root, "deno.json")}`, script],
    cwd,
    env,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("currentCommit() reports a missing checkout or a missing git", async () => {
  assert.match(currentCommit(), COMMIT_OR_NONE);
  await withFolder(async (folder) => {
    assert.equal(await commitIn(folder, { GIT_CEILING_DIRECTORIES: folder }), "not a git checkout");
    assert.equal(await commitIn(folder, { PATH: folder }), "unknown (git is not installed)");
  });
});
