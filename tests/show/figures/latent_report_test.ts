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

Deno.test("latentTable() says the same in words", () => {
  const [, , ...rows] = latentTable(FINDINGS).split("\n");
  const expected = [
    "a rendering is .11 to .20 from a cross-fade",
    "s = −.50, give or take 2.0°; the squared error of a pixel is .0104 from there and .0490",
    "4.0 to 9.0, not 1, and its posterior's own 1.5; of 2,000 latents the shortest has norm 1.5",
    "80 % share its class among the latents, 75 % by t-SNE, 70 % by UMAP",
    "a set 96.0 % by latent, 90.0 % by pixels",
  ];
  assert.equal(rows.length, expected.length);
  for (const [i, words] of expected.entries()) assert.ok(rows[i]!.includes(words), rows[i]!);
});
