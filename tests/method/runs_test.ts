import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Preset } from "@/config.ts";
import { checkConfig, configWith, createLearner, identityOf } from "@/method/registry.ts";
import { configsOf, DIGITS, runsOf, STUDIES, type StudyName } from "@/method/runs.ts";
import { configsTrainedIn } from "../notebook_runs.ts";
import { codeCells, NAMES, NOTEBOOKS, readNotebook, textOf } from "../notebooks.ts";

const PRESETS: readonly Preset[] = ["paper", "quick"];

Deno.test("DIGITS are changes of both presets", () => {
  for (const preset of PRESETS) {
    const config = checkConfig(configWith(preset, DIGITS[preset]));
    assert.deepEqual([config.method, config.asymmetric, config.stretch], ["searched", true, 0]);
  }
});

Deno.test("configsOf() gives each variant with every seed, and the changes of quick", () => {
  const poses = configsOf("poses", "paper").map(({ objective, pose, seed }) =>
    `${objective} ${pose} ${seed}`
  );
  assert.deepEqual(poses, [
    ...[1, 2, 3].map((seed) => `mu-vae free ${seed}`),
    ...[1, 2, 3].map((seed) => `adversarial encoder ${seed}`),
    ...[1, 2, 3].map((seed) => `mu-vae encoder ${seed}`),
  ]);
  assert.deepEqual(configsOf("ownImages", "paper").map(({ steps }) => steps), [600]);
  assert.deepEqual(configsOf("ownImages", "quick").map(({ steps }) => steps), [60]);
  assert.deepEqual(configsOf("ownImages", "quick", { steps: 7 }).map(({ steps }) => steps), [7]);
});

Deno.test("configsOf() refuses a value out of bounds", () => {
  assert.throws(() => configsOf("faces", "paper", { steps: 0 }), {
    name: "RangeError",
    message: "Cannot use config: steps must be an integer >= 1, got 0",
  });
});

Deno.test("runsOf() lists every run once, under a name of its own, and each can be made", () => {
  for (const [preset, count] of [["paper", 42], ["quick", 16]] as const) {
    const runs = runsOf(preset);
    assert.equal(runs.length, count);
    assert.equal(new Set(runs.map(({ name }) => name)).size, count);
    assert.equal(new Set(runs.map(({ config }) => identityOf(config))).size, count);
    for (const { config } of runs) createLearner(config);
  }
  assert.deepEqual(runsOf("paper").slice(14, 17).map(({ name }) => name), [
    "people, seed 3",
    "objectives, adversarial, seed 1",
    "objectives, adversarial, seed 2",
  ]);
});

Deno.test("runsOf() takes the data that a user names, for the studies that ask for it", () => {
  const named = runsOf("paper", { SHAPES_CHAIRS: "meshes:chairs.zip", SHAPES_DATA: "embedded" });
  const changed = named.filter(({ config }, i) => config.data !== runsOf("paper")[i]!.config.data);
  const chairs = changed.map(({ name, config }) => `${name.split(",")[0]} ${config.data}`);
  const [poses, searched] = ["poses", "chairs"].map((study) => `${study} meshes:chairs.zip`);
  assert.deepEqual(chairs, [...Array(9).fill(poses), ...Array(3).fill(searched)]);
});

/**
 * The first letters of the SHA-256 of all runs in order. If it changes, so do folders in which runs are
 * found again: finished ones would be trained anew, and numbers that were handed to a scheduler are others'.
 */
const HASHES = { paper: "550ab901fc255d6f", quick: "788739588c85ec7d" };

Deno.test("runsOf() keeps the numbers and the folders of runs", () => {
  for (const preset of PRESETS) {
    const identities = runsOf(preset).map(({ config }) => identityOf(config)).join("\n");
    const hash = createHash("sha256").update(identities).digest("hex").slice(0, 16);
    assert.equal(hash, HASHES[preset], preset);
  }
});

Deno.test("STUDIES name the variables that the notebooks read", () => {
  for (const { variable } of Object.values(STUDIES)) {
    if (variable === undefined) continue;
    const readers = NAMES.filter((name) =>
      codeCells(readNotebook(join(NOTEBOOKS, name))).map(textOf).join().includes(`env.${variable}`)
    );
    assert.ok(readers.length > 0, variable);
  }
});

/** Gives what `settings` gives of a study, without looking for data. */
const settings = (preset: Preset) => ({ study, data }: { study?: StudyName; data?: string }) => {
  const found = study ? configsOf(study, preset) : [checkConfig(configWith(preset))];
  const configs = found.map((config) => ({ ...config, ...(data && { data }) }));
  const { seeds, variants } = study ? STUDIES[study] : STUDIES.training;
  const [config] = configs;
  return { config, configs, seeds: seeds[preset], variants: Object.keys(variants), load: {} };
};

Deno.test("runsOf() has every run that a notebook trains, and no other", async () => {
  for (const preset of PRESETS) {
    const trained = new Map<string, string>();
    for (const name of NAMES) {
      for (const config of await configsTrainedIn(name, preset, settings(preset))) {
        trained.set(identityOf(config), name);
      }
    }
    const listed = new Map(runsOf(preset).map(({ name, config }) => [identityOf(config), name]));
    const missing = [...trained].filter(([identity]) => !listed.has(identity));
    const superfluous = [...listed].filter(([identity]) => !trained.has(identity));
    assert.deepEqual([missing, superfluous], [[], []], preset);
  }
});
