import assert from "node:assert/strict";
import { join } from "node:path";
import { runsOf } from "@/method/runs.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { Sweep } from "@/tools/sweep/sweep.ts";
import { withoutPlaces } from "@/tools/sweep/placed_runs.ts";
import { lockRun } from "@/train/loop.ts";
import { runFolder } from "@/train/run.ts";
import { withFolder } from "../../data/fixtures.ts";

const listed = runsOf("quick").slice(0, 4);

const opened = (runs: string) => new Sweep(listed, { preset: "quick", runs, dataDir: "data" });

Deno.test("Sweep finds what is missing: neither what is done nor what another process trains", () =>
  withFolder(async (runs) => {
    const sweep = opened(runs);
    assert.deepEqual(await sweep.missing(), [0, 1, 2, 3]);
    const done = join(await runFolder(runs, listed[2]!.config), "checkpoints");
    await Deno.mkdir(done, { recursive: true });
    await Deno.writeTextFile(join(done, "..", "config.json"), JSON.stringify(listed[2]!.config));
    const { steps } = listed[2]!.config;
    await Deno.writeTextFile(join(done, `step-00${steps}.safetensors`), "");
    using _ = await lockRun(await runFolder(runs, listed[1]!.config));
    assert.deepEqual(await sweep.missing(), [0, 3]);
    const states = (await sweep.found()).map(([, { state }]) => state);
    assert.deepEqual(states, ["missing", "running", "done", "missing"]);
  }));

Deno.test("Sweep gives its runs once they are prepared, with their folders and data", () =>
  withFolder(async (runs) => {
    const sweep = opened(runs);
    assert.equal(sweep.placesFile, join(runs, "sweep-quick.json"));
    await assert.rejects(sweep.prepared(), {
      name: "Error",
      message: `Cannot sweep: the runs must be prepared, got no "${sweep.placesFile}" of these ` +
        `runs; run the same command with --prepare in place of --run`,
    });
    const placed = withoutPlaces(listed);
    await sweep.savePlaces(placed);
    assert.deepEqual(await sweep.prepared(), placed);
    const own = { ...placed[0]!, inside: "images-01234567", dataDir: "data/own-images" };
    assert.equal(sweep.folderOf(own), join(runs, "images-01234567"));
    assert.equal(sweep.loadOf(own).dataDir, join(PROJECT.root, "data", "own-images"));
    assert.equal(sweep.loadOf().dataDir, join(Deno.cwd(), "data"));
  }));

Deno.test("Sweep names its file after the list that it was given", () => {
  const options = { preset: "quick", runs: "r", dataDir: "d", file: "lists/mine.json" } as const;
  assert.equal(new Sweep(listed, options).placesFile, join("r", "sweep-mine.json"));
});
