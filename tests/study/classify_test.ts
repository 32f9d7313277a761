import assert from "node:assert/strict";
import { classify, summarise, type Trial } from "@/study/classify.ts";
import { createRandom } from "@/engine/random.ts";
import { wilsonInterval } from "@/study/score/interval.ts";
import { assertClose } from "../assert.ts";

/** Rows of one number near their class, except for some of them. */
function nearlyTold(count: number, seed: number, spread: number) {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, () => random.integer(2));
  const values = Float32Array.from(labels, (label) => label + random.normal(0, spread));
  return { values, labels, length: 1 };
}

Deno.test("classify() scores both classifiers on every row", () => {
  const what = { set: "a set", features: "numbers" };
  const trials = classify(what, nearlyTold(50, 1, 0.05), nearlyTold(20, 2, 0.05), 2);
  assert.deepEqual(trials, [
    { ...what, classifier: "logistic regression", correct: 20, count: 20 },
    { ...what, classifier: "5 nearest neighbours", correct: 20, count: 20 },
  ]);
});

Deno.test("classify() is right about as often as chance on labels that cannot be told", () => {
  const what = { set: "a set", features: "noise" };
  const trials = classify(what, nearlyTold(400, 1, 1000), nearlyTold(400, 2, 1000), 2);
  // Three standard deviations of 400 coin flips around one half.
  for (const { correct } of trials) assert.ok(Math.abs(correct / 400 - 0.5) < 3 * 0.025);
});

const trial = (set: string, correct: number, count = 10): Trial => ({
  set,
  features: "latents",
  classifier: "any",
  correct,
  count,
});

Deno.test("summarise() gives mean, deviation and interval of each kind of trial, in order", () => {
  const [b, a, ...rest] = summarise([trial("b", 4), trial("a", 9), trial("b", 6)]);
  assert.deepEqual(rest, []);
  assert.deepEqual([b!.set, a!.set], ["b", "a"]);
  assertClose([b!.accuracy.mean, b!.accuracy.deviation!], [0.5, Math.sqrt(0.02)], 1e-12);
  assert.deepEqual(b!.interval, wilsonInterval(5, 10));
  assert.deepEqual(a!.accuracy, { mean: 0.9, deviation: NaN });
});

Deno.test("summarise() refuses trials of one kind that scored different numbers of rows", () => {
  assert.throws(() => summarise([trial("a", 4), trial("a", 4, 11)]), {
    name: "RangeError",
    message: "Cannot summarise trials: all trials of a must score 10 rows, got 11",
  });
});
