import assert from "node:assert/strict";
import { jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import type { StepSeed } from "@/train/place/place.ts";
import { wholeSteps } from "@/train/place/whole_steps.ts";
import { assertTensorsKept } from "../../assert.ts";

const seedsOf = (count: number) => Array.from({ length: count }, (_, i): StepSeed => [7, i]);

Deno.test("wholeSteps() takes as many steps at once as a program has, then those that are left one by one", () => {
  const seen: number[][] = [];
  const placed = wholeSteps((seed) => void seen.push(Array.from(seed.dataSync())), 3);
  assert.deepEqual(Object.keys(placed.functions), ["step", "steps"]);
  using program = jit(placed.functions, { eager: true });
  const sizes: string[] = [];
  const watched = Object.fromEntries(
    ["step", "steps"].map((name) => [name, (inputs: Record<string, tf.Tensor>) => {
      sizes.push(name);
      return program[name]!(inputs);
    }]),
  );
  assertTensorsKept(0, () => placed.take(watched, seedsOf(7)));
  assert.deepEqual(seen, seedsOf(7));
  assert.deepEqual(sizes, ["steps", "steps", "step"]);
});

Deno.test("wholeSteps() makes no second function where each step is a program", () => {
  const placed = wholeSteps(() => {}, 1);
  assert.deepEqual(Object.keys(placed.functions), ["step"]);
});
