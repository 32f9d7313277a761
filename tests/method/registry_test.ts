import assert from "node:assert/strict";
import { BETAS } from "@/method/objective/objectives.ts";
import {
  checkConfig,
  checkRestarts,
  checkStoredConfig,
  configWith,
  createLearner,
  fieldsOf,
  methodNamed,
  METHODS,
  networkSeed,
  PRESETS,
} from "@/method/registry.ts";
import { helpOf } from "@/config.ts";

const { paper, quick } = PRESETS;

Deno.test("PRESETS hold the author's numbers, and a smaller run", () => {
  assert.deepEqual(
    [paper.batchSize, paper.filters, paper.latentSize, paper.imageSize, paper.tau],
    [64, 128, 20, 28, 0.5],
  );
  assert.deepEqual([paper.learningRate, paper.clipNorm, paper.beta], [1e-3, 1, 1]);
  assert.ok(quick.filters < paper.filters && quick.steps < paper.steps);
});

for (const [name, preset] of Object.entries(PRESETS)) {
  Deno.test(`checkConfig() takes the preset ${name}, also after a trip through JSON`, () => {
    assert.equal(checkConfig({ ...preset }).steps, preset.steps);
    assert.deepEqual(checkConfig(JSON.parse(JSON.stringify(preset))), preset);
  });
}

Deno.test("checkConfig() checks the run's fields and the method's together", () => {
  assert.throws(() => checkConfig({ ...paper, filters: 7 }), {
    name: "RangeError",
    message: "Cannot use config: filters must be a multiple of 2 >= 2, got 7",
  });
  assert.throws(() => checkConfig({ ...paper, objective: "nonsense" }), {
    name: "RangeError",
    message: "Cannot use config: objective must be one of mu-vae, elbo, beta-vae, mmd, " +
      "adversarial, got nonsense",
  });
  assert.throws(() => checkConfig({ ...paper, pose: "constructor" }), {
    name: "RangeError",
    message: "Cannot use config: pose must be one of free, constant, encoder, got constructor",
  });
  assert.throws(() => checkConfig({ ...paper, gamma: 1 }), {
    name: "TypeError",
    message: `Cannot use config: gamma must be one of ${Object.keys(paper).join(", ")}, ` +
      `got an unknown field`,
  });
});

for (const name of ["nonsense", "constructor", ""]) {
  Deno.test(`methods are found by name, and ${JSON.stringify(name)} is refused`, () => {
    const message = `Cannot use config: method must be one of vae, searched, got ${name}`;
    assert.throws(() => checkConfig({ ...paper, method: name }), { name: "RangeError", message });
    assert.throws(() => createLearner({ ...paper, method: name }), { message });
    assert.throws(() => configWith("paper", { method: name }), { message });
  });
}

Deno.test("configWith() changes a preset; an objective brings its weight, unless one is given", () => {
  assert.deepEqual(configWith("quick"), quick);
  assert.deepEqual(configWith("quick", { seed: 3 }), { ...quick, seed: 3 });
  for (const [objective, beta] of Object.entries(BETAS)) {
    assert.deepEqual(configWith("paper", { objective }), { ...paper, objective, beta });
  }
  assert.equal(configWith("paper", { objective: "beta-vae", beta: 7 }).beta, 7);
  assert.equal(configWith("paper", { objective: "constructor" }).beta, paper.beta);
});

Deno.test("checkStoredConfig() fills in fields that are younger than the file, and no others", () => {
  const { method: _, precision: __, elevation: ___, imagesPerObject: _____, ...older } = quick;
  assert.deepEqual(checkStoredConfig(older), quick);
  const stored = { ...quick, precision: "bfloat16", elevation: true };
  assert.deepEqual(checkStoredConfig(stored), stored);
  const { seed: ____, ...damaged } = older;
  assert.throws(() => checkStoredConfig(damaged), {
    message: "Cannot use config: seed must be a number, got nothing",
  });
});

Deno.test("every field has a flag of its own, and words", () => {
  for (const [name, method] of Object.entries(METHODS)) {
    const helps = Object.values(fieldsOf(method)).map(helpOf);
    assert.equal(new Set(helps.map(({ flag }) => flag.split(" ")[0])).size, helps.length, name);
    assert.ok(helps.every(({ flag, help }) => flag.startsWith("--") && help.length > 5), name);
  }
});

Deno.test("fields that methods share have one flag", () => {
  const flags = new Map<string, string>();
  for (const method of Object.values(METHODS)) {
    for (const [name, schema] of Object.entries(fieldsOf(method))) {
      const { flag } = helpOf(schema);
      assert.equal(flags.get(name) ?? flag, flag, name);
      flags.set(name, flag);
    }
  }
});

Deno.test("createLearner() makes what the config's method makes", () => {
  const { moves } = createLearner({ ...quick, filters: 2, objective: "adversarial" });
  assert.deepEqual(moves.map(({ name }) => name), ["pose", "discriminator", "model"]);
  assert.equal(methodNamed("vae"), METHODS.vae);
});

Deno.test("networkSeed() is the run's own seed at first, and another for every restart", () => {
  assert.equal(networkSeed({ seed: 7, restart: 0 }), 7);
  const seeds = [1, 2, 3].map((restart) => networkSeed({ seed: 7, restart }));
  assert.equal(new Set([7, ...seeds, networkSeed({ seed: 8, restart: 1 })]).size, 5);
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
});

Deno.test("checkRestarts() wants a method with a realism gap, and names those that have one", () => {
  const searched = configWith("quick", { method: "searched" });
  checkRestarts(searched, 4);
  checkRestarts(quick, 1);
  assert.throws(() => checkRestarts(quick, 2), {
    name: "RangeError",
    message:
      "Cannot restart: with restarts above 1 the method must be one that has a realism gap, " +
      "searched, got vae; leave out restarts, or change the method",
  });
  for (const count of [0, 1.5, NaN]) {
    assert.throws(() => checkRestarts(searched, count), {
      name: "RangeError",
      message: `Cannot restart: restarts must be an integer >= 1, got ${count}`,
    });
  }
});
