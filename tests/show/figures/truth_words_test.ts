import assert from "node:assert/strict";
import {
  chanceErrors,
  type Evaluation,
  scoreBaselines,
  scorePredictions,
} from "@/study/truth_scores.ts";
import {
  azimuthWords,
  scoredBaselines,
  scoreOf,
  truthMetrics,
  truthSummary,
  truthTable,
  viewDifferenceTable,
  yardsticksOf,
} from "@/show/figures/truth_words.ts";
import { differenceFromOwnView } from "@/study/score/views.ts";
import { knownObjects, perfectPrediction } from "../../study/known.ts";

const known = knownObjects();
const turn = { offset: 0, isMirrored: false };
const perfect = scorePredictions({
  tests: perfectPrediction(known.tests, turn),
  calibration: perfectPrediction(known.calibration, turn),
}, known);
const { extrusion } = scoreBaselines(known);

const withOverlap = (evaluation: Evaluation, overlap: number): Evaluation => ({
  ...evaluation,
  scores: { ...evaluation.scores, overlap },
});
const model = {
  name: "a model",
  evaluations: [withOverlap(perfect, 0.5), withOverlap(perfect, 0.6)],
};
const baseline = { name: "extruded", evaluations: [extrusion] };

Deno.test("scoreOf() averages over seeds, and knows when there is nothing to average", () => {
  const { mean, deviation } = scoreOf(model, "overlap");
  assert.ok(Math.abs(mean - 0.55) < 1e-12 && Math.abs(deviation - Math.sqrt(0.005)) < 1e-12);
  assert.throws(() => scoreOf(baseline, "azimuthErrorDegrees"), {
    name: "RangeError",
    message: "Cannot average: values must have at least one, got none",
  });
});

Deno.test("truthTable() has a row for each, spreads over seeds, and dashes for what is not known", () => {
  const lines = truthTable([model, baseline]).split("\n");
  assert.equal(lines.length, 4);
  assert.ok(lines[0]!.startsWith("|  | IoU | IoU, pose given | Chamfer | azimuth error, ° |"));
  assert.ok(lines[2]!.startsWith("| a model | .550 ± .071 |"), lines[2]!);
  assert.ok(lines[2]!.includes(" | 0 ± 0 | 100 ± 0 | "), lines[2]!);
  assert.ok(lines[3]!.includes(" | – | – | "), lines[3]!);
  assert.deepEqual(new Set(lines.map((line) => line.split("|").length)), new Set([11]));
});

Deno.test("truthMetrics() names every score by what was judged", () => {
  const metrics = truthMetrics([model, baseline]);
  assert.equal(Object.keys(metrics).length, 9 + 6);
  assert.equal(metrics["extruded: chamfer"], extrusion.scores.chamfer);
  assert.ok(Object.values(metrics).every(Number.isFinite));
});

Deno.test("scoredBaselines() judges all three by every ground truth", () => {
  const baselines = scoredBaselines([known, known]);
  assert.deepEqual(baselines.map(({ name }) => name), [
    "extruded silhouette",
    "solid of revolution",
    "nearest picture's truth",
  ]);
  assert.ok(baselines.every(({ evaluations }) => evaluations.length === 2));
  assert.deepEqual(baselines[0]!.evaluations[1]!.scores, extrusion.scores);
});

Deno.test("yardsticksOf() measures what chance and truth give", () => {
  const { constantErrorDegrees, guessErrorDegrees, trueViewDifference } = yardsticksOf([known]);
  const { constant, guess } = chanceErrors(known);
  assert.ok(Math.abs(constantErrorDegrees - constant.mean * 180 / Math.PI) < 1e-9);
  assert.ok(Math.abs(guessErrorDegrees - guess.mean * 180 / Math.PI) < 1e-9);
  assert.equal(trueViewDifference, differenceFromOwnView(known.testViews));
});

const YARDSTICKS = { constantErrorDegrees: 45, guessErrorDegrees: 60, trueViewDifference: 0.1 };
const scored = (overlapInView: number) => ({
  name: "a model",
  evaluations: [{
    ...perfect,
    scores: {
      ...perfect.scores,
      overlap: 0.125,
      overlapInView,
      azimuthErrorDegrees: 44,
      azimuthDeviationDegrees: 0.2,
      viewDifference: 0.025,
      pictureError: 0.002,
    },
  }],
});

Deno.test("azimuthWords() names deviation and error beside those of chance", () => {
  assert.equal(
    azimuthWords([scored(0.2)], YARDSTICKS),
    "a model: deviation **.2°**, error **44°**. For comparison, one azimuth for all pictures, " +
      "the best of the training objects, has deviation 0° and error **45°**, a guess error " +
      "**60°**.",
  );
});

Deno.test("viewDifferenceTable() begins with the truth", () => {
  assert.deepEqual(viewDifferenceTable([scored(0.2)], YARDSTICKS).split("\n").slice(2), [
    "| true shapes | .100 | 100 % |",
    "| a model | .025 | 25 % |",
  ]);
});

/** What truthSummary() says of one method's shapes, given overlaps of each seed. */
function shapesInWords(ofModel: readonly number[], ofExtrusion: readonly number[]): string {
  const ofSeeds = (overlaps: readonly number[]) => ({
    name: "a model",
    evaluations: overlaps.flatMap((overlap) => scored(overlap).evaluations),
  });
  const words = truthSummary([ofSeeds(ofModel)], ofSeeds(ofExtrusion), YARDSTICKS);
  return /The shapes are (.*? given)/.exec(words)![1]!;
}

Deno.test("truthSummary() sums up a method in a line", () => {
  const extruded = { ...scored(0.26), name: "extruded" };
  const words = truthSummary([scored(0.2), scored(0.3)], extruded, YARDSTICKS).split("\n");
  assert.equal(words.length, 2);
  assert.equal(
    words[0],
    "- **a model**: the pictures come out with a squared error of .0020 a pixel. The shapes are " +
      "worse than the silhouette extruded: IoU .200 against .260 with the pose given, and " +
      ".125 without. The azimuths are wrong by 44°, where one for all pictures would be by 45°. " +
      "From view to view a shape changes by 25 % of what a true one does.",
  );
});

Deno.test("truthSummary() calls shapes better or worse only beyond the spread over seeds", () => {
  const extruded = [0.25, 0.26, 0.27];
  const cases: [string, number[]][] = [
    ["better than the silhouette extruded: IoU .300 ± .010", [0.29, 0.3, 0.31]],
    ["within the seed spread of the silhouette extruded: IoU .270 ± .010", [0.26, 0.27, 0.28]],
    ["within the seed spread of the silhouette extruded: IoU .200 ± .100", [0.1, 0.2, 0.3]],
    ["worse than the silhouette extruded: IoU .200 ± .010", [0.19, 0.2, 0.21]],
  ];
  for (const [words, overlaps] of cases) {
    const expected = `${words} against .260 ± .010 with the pose given`;
    assert.equal(shapesInWords(overlaps, extruded), expected);
  }
});

Deno.test("truthSummary() goes by the sign where there is one seed", () => {
  const cases: [string, number][] = [
    ["better than", 0.27],
    ["within the seed spread of", 0.26],
    ["worse than", 0.25],
  ];
  for (const [words, overlap] of cases) {
    assert.ok(shapesInWords([overlap], [0.26]).startsWith(`${words} the silhouette extruded`));
  }
});
