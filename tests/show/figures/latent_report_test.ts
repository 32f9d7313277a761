import assert from "node:assert/strict";
import { summarise } from "@/study/classify.ts";
import { type LatentFindings, latentMetrics, latentTable } from "@/show/figures/latent_report.ts";

const trial = (features: string, classifier: string, correct: number) => {
  return { set: "a set", features, classifier, correct, count: 100 };
};

const FINDINGS: LatentFindings = {
  view: { azimuth: Math.PI / 2, deviation: Math.PI / 90 },
  blends: [0.2, 0.11],
  errors: [0.0104, 0.049],
  aggregate: {
    mean: new Float64Array(2),
    covariance: new Float64Array(4),
    variance: Float64Array.of(9, 4),
    varianceOfMeans: Float64Array.of(7, 3),
    meanOfVariances: Float64Array.of(2, 1),
  },
  norms: { count: 2000, shortest: 1.5, median: 3.25, longestDraw: 4 },
  purities: { "latents": 0.8, "t-SNE": 0.75, "UMAP": 0.7 },
  accuracies: summarise([
    trial("latent", "one", 91),
    trial("latent", "two", 96),
    trial("pixels", "one", 90),
  ]),
};

Deno.test("latentMetrics() names every finding, in finite numbers", () => {
  const metrics = latentMetrics(FINDINGS);
  assert.ok(Object.values(metrics).every(Number.isFinite));
  assert.deepEqual(
    [
      metrics.modelPose,
      metrics.modelPoseDeviationDegrees,
      metrics.leastDistanceFromBlend,
      metrics.greatestVarianceOfAUnit,
      metrics.meanPosteriorVariance,
      metrics.aSetLatentTwoAccuracy,
    ].map((value) => Number(value!.toFixed(6))),
    [-0.5, 2, 0.11, 9, 1.5, 0.96],
  );
});

Deno.test("latentTable() writes a row for each number", () => {
  const [head, rule, ...rows] = latentTable(FINDINGS).split("\n");
  assert.deepEqual([head, rule], ["| measure | value |", "| --- | ---: |"]);
  assert.deepEqual(rows.map((row) => row.split(" | ")[1]), [
    ".11 to .20 |",
    "−.50 |",
    "2.0 |",
    ".0104 |",
    ".0490 |",
    "4.0 to 9.0 |",
    "1.5 |",
    "2,000 |",
    "1.5 |",
    "3.3 |",
    "4.0 |",
    "80 |",
    "75 |",
    "70 |",
  ]);
});
