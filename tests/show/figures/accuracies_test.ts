import assert from "node:assert/strict";
import { summarise, type Trial } from "@/study/classify.ts";
import { accuracyMetrics, accuracyTable } from "@/show/figures/accuracies.ts";

const trial = (features: string, classifier: string, correct: number): Trial => ({
  set: "a-set",
  features,
  classifier,
  correct,
  count: 1000,
});

const ACCURACIES = summarise([
  trial("latent", "logistic regression", 900),
  trial("latent", "logistic regression", 910),
  trial("latent", "5 nearest neighbours", 500),
  trial("pixels", "5 nearest neighbours", 0),
]);

Deno.test("accuracyTable() has a row for each kind of features, a column for each classifier", () => {
  assert.equal(
    accuracyTable(ACCURACIES),
    [
      "| set | an image is | logistic regression | 5 nearest neighbours |",
      "| --- | --- | ---: | ---: |",
      "| a-set | latent | 90.5 ± .7 % [88.5, 92.2] | 50.0 % [46.9, 53.1] |",
      "| a-set | pixels |  | .0 % [.0, .4] |",
    ].join("\n"),
  );
});

Deno.test("accuracyMetrics() names each mean in camel case", () => {
  assert.deepEqual(accuracyMetrics(ACCURACIES), {
    aSetLatentLogisticRegressionAccuracy: 0.905,
    aSetLatent5NearestNeighboursAccuracy: 0.5,
    aSetPixels5NearestNeighboursAccuracy: 0,
  });
});
