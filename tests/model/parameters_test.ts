import assert from "node:assert/strict";
import {
  constant,
  glorotUniform,
  type Initializer,
  initialValues,
  normal,
  type Parameters,
  parametersOf,
  statistic,
  trained,
  truncatedNormal,
} from "@/model/parameters.ts";
import { createRandom } from "@/engine/random.ts";
import { assertClose } from "../assert.ts";

const COUNT = 40_000;

/** Mean, standard deviation, and largest size of many draws. */
function momentsOf(initial: Initializer) {
  const random = createRandom(3);
  const values = Array.from({ length: COUNT }, () => initial(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / COUNT;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { mean, deviation: Math.sqrt(variance), largest };
}

// Five standard errors of mean and deviation of 40,000 draws: below 3 % of the deviation.
const RELATIVE = 5 / Math.sqrt(COUNT);

Deno.test("constant() is always the same", () => {
  assert.deepEqual(momentsOf(constant(3)), { mean: 3, deviation: 0, largest: 3 });
});

Deno.test("normal() has the standard deviation asked for", () => {
  const { mean, deviation } = momentsOf(normal(0.02));
  assertClose([mean, deviation], [0, 0.02], RELATIVE * 0.02);
});

Deno.test("truncatedNormal() stays within two standard deviations", () => {
  const { mean, deviation, largest } = momentsOf(truncatedNormal(0.02));
  assert.ok(largest <= 0.04 && largest > 0.0395, `${largest}`);
  // The deviation of a normal cut at two is .8796 of the normal's.
  assertClose([mean, deviation], [0, 0.8796 * 0.02], RELATIVE * 0.02);
});

Deno.test("glorotUniform() has the variance 2 / (inputs + outputs) and its limits", () => {
  const { mean, deviation, largest } = momentsOf(glorotUniform(30, 20));
  assertClose([mean, deviation], [0, Math.sqrt(2 / 50)], RELATIVE * 0.2);
  assert.ok(largest <= Math.sqrt(6 / 50) && largest > 0.99 * Math.sqrt(6 / 50));
});

const PARAMETERS: Parameters = {
  "a/weights": trained([2, 3], normal(1)),
  "b/weights": trained([2, 3], normal(1)),
  "a/mean": statistic([3], constant(0.5)),
};

Deno.test("trained() and statistic() say who changes a parameter", () => {
  assert.deepEqual(
    Object.values(PARAMETERS).map(({ isTrained, shape }) => [isTrained, shape]),
    [[true, [2, 3]], [true, [2, 3]], [false, [3]]],
  );
});

Deno.test("initialValues() draws as many numbers as each shape has, from a stream of its own", () => {
  const values = initialValues(PARAMETERS, 1);
  assert.deepEqual(Object.keys(values), Object.keys(PARAMETERS));
  assert.deepEqual(Object.values(values).map(({ values }) => values.length), [6, 6, 3]);
  assert.deepEqual(Object.values(values).map(({ shape }) => shape), [[2, 3], [2, 3], [3]]);
  assert.deepEqual([...values["a/mean"]!.values], [0.5, 0.5, 0.5]);
  assert.notDeepEqual(values["a/weights"], values["b/weights"]);
});

Deno.test("initialValues() follows from seed and name alone", () => {
  const values = initialValues(PARAMETERS, 1);
  assert.deepEqual(initialValues(PARAMETERS, 1), values);
  assert.notDeepEqual(initialValues(PARAMETERS, 2)["a/weights"], values["a/weights"]);
  const alone = initialValues({ "b/weights": PARAMETERS["b/weights"]! }, 1);
  assert.deepEqual(alone["b/weights"], values["b/weights"], "adding a parameter moves no other");
});

Deno.test("parametersOf() gathers the parameters of parts", () => {
  const parts = Object.entries(PARAMETERS).map(([name, parameter]) => ({
    parameters: { [name]: parameter },
  }));
  assert.deepEqual(parametersOf(...parts), PARAMETERS);
});
