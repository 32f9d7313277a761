import assert from "node:assert/strict";
import { classifyRuns } from "@/study/classify_runs.ts";
import { labelledImages } from "@/study/labelled_images.ts";
import { initialValues } from "@/model/parameters.ts";
import { createLearner } from "@/method/registry.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY, tinySets } from "../tiny.ts";

/** A run whose model still has its initial weights. */
function runOf(seed: number) {
  const config = { ...TINY, seed };
  const snapshot = initialValues(createLearner(config).parameters, seed);
  return { config, checkpoint: { step: 0, config, snapshot } };
}

const SETS = labelledImages(tinySets(), tinySets(), { known: 20, asked: 8, seed: 1 });

Deno.test("classifyRuns() scores latents of all runs, of no training, and pixels, set by set", () => {
  const accuracies = classifyRuns([runOf(1), runOf(2)], SETS);
  const features = ["latent", "latent of an untrained encoder", "pixels"];
  const classifiers = ["logistic regression", "5 nearest neighbours"];
  assert.deepEqual(
    accuracies.map(({ set, features, classifier }) => [set, features, classifier]),
    ["blobs", "bars"].flatMap((set) =>
      features.flatMap((kind) => classifiers.map((classifier) => [set, kind, classifier]))
    ),
  );
  for (const { features, accuracy } of accuracies) {
    assert.ok(accuracy.mean >= 0 && accuracy.mean <= 1);
    assert.equal(
      Number.isNaN(accuracy.deviation),
      features !== "latent",
      "one trial of the others",
    );
  }
});

Deno.test("classifyRuns() uses the first run's initial weights as the untrained encoder", () => {
  const accuracies = classifyRuns([runOf(3)], SETS);
  const of = (kind: string) =>
    accuracies.filter(({ features }) => features === kind).map(({ accuracy }) => accuracy);
  assert.deepEqual(of("latent of an untrained encoder"), of("latent"));
});

Deno.test("classifyRuns() keeps no tensor", () => {
  assertTensorsKept(0, () => classifyRuns([runOf(1)], SETS.slice(0, 1)));
});
