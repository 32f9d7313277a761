import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  AUTHOR_STEPS,
  BETAS,
  checkConfig,
  checkStoredConfig,
  configWith,
  FREE_FIELDS,
  LATER_FIELDS,
  PRESETS,
} from "@/config.ts";
import { OBJECTIVES } from "@/method/objective/objective.ts";

const { paper, quick } = PRESETS;
const KNOWN = Object.keys(paper).join(", ");

Deno.test("PRESETS hold the author's numbers, and a smaller run", () => {
  assert.deepEqual(
    [paper.batchSize, paper.filters, paper.latentSize, paper.imageSize, paper.tau],
    [64, 128, 20, 28, 0.5],
  );
  assert.deepEqual([paper.learningRate, paper.clipNorm, paper.beta], [1e-3, 1, 1]);
  assert.deepEqual([paper.steps / paper.frameEvery, AUTHOR_STEPS], [110, 22_740]);
  assert.ok(quick.filters < paper.filters && quick.steps < paper.steps);
});

for (const [name, preset] of Object.entries(PRESETS)) {
  Deno.test(`checkConfig() takes the preset ${name}, also after a trip through JSON`, () => {
    assert.equal(checkConfig({ ...preset }).steps, preset.steps);
    assert.deepEqual(checkConfig(JSON.parse(JSON.stringify(preset))), preset);
  });
}

Deno.test("FREE_FIELDS and LATER_FIELDS are fields", () => {
  assert.ok(FREE_FIELDS.every((field) => field in paper));
  assert.ok(Object.keys(LATER_FIELDS).every((field) => field in paper));
});

Deno.test("BETAS has a weight for every objective, the presets' own included", () => {
  assert.deepEqual(Object.keys(BETAS), Object.keys(OBJECTIVES));
  assert.ok(Object.values(BETAS).every((beta) => beta > 0));
  for (const { objective, beta } of Object.values(PRESETS)) assert.equal(BETAS[objective], beta);
});

Deno.test("configWith() changes a preset; an objective brings its weight, unless one is given", () => {
  assert.deepEqual(configWith("quick"), quick);
  assert.deepEqual(configWith("quick", { seed: 3 }), { ...quick, seed: 3 });
  const betaVae = { objective: "beta-vae", beta: 4 };
  assert.deepEqual(configWith("paper", { objective: "beta-vae" }), { ...paper, ...betaVae });
  assert.equal(configWith("paper", { ...betaVae, beta: 7 }).beta, 7);
  assert.equal(configWith("paper", { objective: "constructor" }).beta, paper.beta);
});

Deno.test("checkStoredConfig() fills in fields that are younger than the file, and no others", () => {
  const { precision: _, elevation: __, ...older } = quick;
  assert.deepEqual(checkStoredConfig(older), quick);
  const stored = { ...quick, precision: "bfloat16", elevation: true };
  assert.deepEqual(checkStoredConfig(stored), stored);
  const { seed: ___, ...damaged } = older;
  assert.throws(() => checkStoredConfig(damaged), {
    message: "Cannot use config: seed must be a number, got nothing",
  });
});

Deno.test("checkConfig() takes every number within bounds", () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  const changes = fc.record({
    imageSize: fc.integer({ min: 1, max: 50 }).map((n) => 4 * n),
    latentSize: fc.integer({ min: 2, max: 99 }),
    filters: fc.integer({ min: 1, max: 99 }).map((n) => 2 * n),
    batchSize: fc.integer({ min: 1, max: 999 }),
    seed: fc.maxSafeNat(),
    steps: fc.integer({ min: 1 }),
    tau: positive,
    learningRate: positive,
    clipNorm: positive,
    beta: fc.double({ min: 0, max: 1e6, noNaN: true }),
    texture: fc.boolean(),
    precision: fc.constantFrom("float32", "bfloat16"),
    elevation: fc.boolean(),
  });
  fc.assert(fc.property(changes, (change) => {
    const config = { ...paper, ...change };
    assert.deepEqual(checkConfig(config), config);
  }));
});

/** Numbers out of bounds, by field, and the rule that the message must give. */
const BOUNDS: Record<string, { rule: string; values: readonly number[] }> = {
  imageSize: { rule: "a multiple of 4 >= 4", values: [0, -4, 27, 4.5, NaN, Infinity] },
  latentSize: { rule: "an integer >= 2", values: [1, 0, 2.5, NaN] },
  filters: { rule: "a multiple of 2 >= 2", values: [0, 1, 7, NaN] },
  batchSize: { rule: "an integer >= 1", values: [0, -1, 1.5, NaN] },
  seed: { rule: "an integer >= 0", values: [-1, 0.5, 2 ** 53, NaN] },
  steps: { rule: "an integer >= 1", values: [0, -1, NaN, Infinity] },
  checkpointEvery: { rule: "an integer >= 1", values: [0, 0.1] },
  frameEvery: { rule: "an integer >= 1", values: [0, 0.1] },
  tau: { rule: "a number > 0", values: [0, -1, NaN, Infinity] },
  learningRate: { rule: "a number > 0", values: [0, -1, NaN, Infinity] },
  clipNorm: { rule: "a number > 0", values: [0, -1, NaN, Infinity] },
  beta: { rule: "a number >= 0", values: [-1, NaN, Infinity] },
};

for (const [field, { rule, values }] of Object.entries(BOUNDS)) {
  Deno.test(`checkConfig() wants ${field} to be ${rule}`, () => {
    for (const value of values) {
      assert.throws(() => checkConfig({ ...paper, [field]: value }), {
        name: "RangeError",
        message: `Cannot use config: ${field} must be ${rule}, got ${value}`,
      });
    }
  });
}

Deno.test("checkConfig() wants precision to be one that there is", () => {
  assert.throws(() => checkConfig({ ...paper, precision: "half" }), {
    name: "RangeError",
    message: "Cannot use config: precision must be one of float32, bfloat16, got half",
  });
});

for (const [field, value] of Object.entries(paper)) {
  Deno.test(`checkConfig() wants ${field} to be there and a ${typeof value}`, () => {
    const { [field as keyof typeof paper]: _, ...without } = paper;
    const other = typeof value === "string" ? 3 : "three";
    for (const [config, got] of [[without, "nothing"], [{ ...paper, [field]: other }, other]]) {
      assert.throws(() => checkConfig(config as Record<string, unknown>), {
        name: "TypeError",
        message: `Cannot use config: ${field} must be a ${typeof value}, got ${got}`,
      });
    }
  });
}

Deno.test("checkConfig() refuses fields that it does not know and lists those it does", () => {
  assert.throws(() => checkConfig({ ...paper, batchsize: 4, gamma: 1 }), {
    name: "TypeError",
    message: `Cannot use config: batchsize, gamma must be one of ${KNOWN}, got an unknown field`,
  });
});

for (const [value, got] of [[null, "null"], [undefined, "nothing"], [3, "3"], [["a"], '["a"]']]) {
  Deno.test(`checkConfig() refuses ${got}, which is no config at all`, () => {
    assert.throws(() => checkConfig(value as unknown as Record<string, unknown>), {
      name: "TypeError",
      message: `Cannot use config: it must be an object, got ${got}`,
    });
  });
}
