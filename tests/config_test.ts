import assert from "node:assert/strict";
import * as fc from "fast-check";
import { z } from "zod";
import {
  checkFields,
  defaultsOf,
  field,
  FREE_FIELDS,
  helpOf,
  LATER_RUN_FIELDS,
  RUN_FIELDS,
} from "@/config.ts";

const FIELDS = {
  count: field(z.int().min(2).default(3), "--count <number>", "how many"),
  even: field(z.int().min(4).multipleOf(4).default(8), "--even <number>", "a side"),
  rate: field(z.number().positive().default(0.5), "--rate <rate>", "how fast"),
  weight: field(z.number().min(0).default(0), "--weight <weight>", "how much"),
  kind: field(z.enum(["round", "square"]).default("round"), "--kind <name>", "which"),
  isOn: field(z.boolean().default(false), "--on", "whether"),
};
const GOOD = { count: 3, even: 8, rate: 0.5, weight: 0, kind: "round", isOn: false };

Deno.test("defaultsOf() gives the default of every field", () => {
  assert.deepEqual(defaultsOf(FIELDS), GOOD);
});

Deno.test("helpOf() gives flag, words and default of a field", () => {
  const rate = { flag: "--rate <rate>", help: "how fast", default: 0.5 };
  assert.deepEqual(helpOf(FIELDS.rate), rate);
});

Deno.test("RUN_FIELDS hold the author's numbers, and 110 frames", () => {
  const { batchSize, imageSize, steps, frameEvery } = defaultsOf(RUN_FIELDS);
  assert.deepEqual([batchSize, imageSize, steps / frameEvery], [64, 28, 110]);
  assert.match(helpOf(RUN_FIELDS.steps).help, /15 epochs are 22740$/);
});

Deno.test("FREE_FIELDS and LATER_RUN_FIELDS are fields of every run", () => {
  assert.ok(FREE_FIELDS.every((name) => name in RUN_FIELDS));
  assert.ok(Object.keys(LATER_RUN_FIELDS).every((name) => name in RUN_FIELDS));
});

Deno.test("checkFields() takes every value within bounds", () => {
  const values = fc.record({
    count: fc.integer({ min: 2 }),
    even: fc.integer({ min: 1, max: 50 }).map((n) => 4 * n),
    rate: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    weight: fc.double({ min: 0, max: 1e6, noNaN: true }),
    kind: fc.constantFrom("round", "square"),
    isOn: fc.boolean(),
  });
  fc.assert(fc.property(values, (each) => checkFields(FIELDS, each)));
});

/** Values out of bounds, by field, and the rule that the message must give. */
const BOUNDS: Record<string, { rule: string; values: readonly unknown[] }> = {
  count: { rule: "an integer >= 2", values: [1, 0, 2.5, NaN, Infinity, 2 ** 53] },
  even: { rule: "a multiple of 4 >= 4", values: [0, -4, 27, 4.5, NaN, Infinity] },
  rate: { rule: "a number > 0", values: [0, -1, NaN, Infinity] },
  weight: { rule: "a number >= 0", values: [-1, NaN, Infinity] },
  kind: { rule: "one of round, square", values: ["", "oval", "constructor"] },
};

for (const [name, { rule, values }] of Object.entries(BOUNDS)) {
  Deno.test(`checkFields() wants ${name} to be ${rule}`, () => {
    for (const value of values) {
      assert.throws(() => checkFields(FIELDS, { ...GOOD, [name]: value }), {
        name: "RangeError",
        message: `Cannot use config: ${name} must be ${rule}, got ${value}`,
      });
    }
  });
}

for (const [name, value] of Object.entries(GOOD)) {
  Deno.test(`checkFields() wants ${name} to be there and a ${typeof value}`, () => {
    const { [name as keyof typeof GOOD]: _, ...without } = GOOD;
    const other = typeof value === "string" ? 3 : "three";
    for (const [values, got] of [[without, "nothing"], [{ ...GOOD, [name]: other }, other]]) {
      assert.throws(() => checkFields(FIELDS, values as Record<string, unknown>), {
        name: "TypeError",
        message: `Cannot use config: ${name} must be a ${typeof value}, got ${got}`,
      });
    }
  });
}

Deno.test("checkFields() refuses fields that it does not know and lists those it does", () => {
  assert.throws(() => checkFields(FIELDS, { ...GOOD, counts: 4, gamma: 1 }), {
    name: "TypeError",
    message: `Cannot use config: counts, gamma must be one of ${Object.keys(FIELDS).join(", ")}, ` +
      `got an unknown field`,
  });
});

for (const [value, got] of [[null, "null"], [undefined, "nothing"], [3, "3"], [["a"], '["a"]']]) {
  Deno.test(`checkFields() refuses ${got}, which holds no fields at all`, () => {
    assert.throws(() => checkFields(FIELDS, value as unknown as Record<string, unknown>), {
      name: "TypeError",
      message: `Cannot use config: it must be an object, got ${got}`,
    });
  });
}
