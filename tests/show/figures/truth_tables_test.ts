import assert from "node:assert/strict";
import {
  chanceErrors,
  type Evaluation,
  scoreBaselines,
  scorePredictions,
} from "@/study/truth_scores.ts";
import {
  azimuthTable,
  scoredBaselines,
  scoreOf,
  truthMetrics,
  truthTable,
  viewDifferenceTable,
  yardsticksOf,
} from "@/show/figures/truth_tables.ts";
import { differenceFromOwnView } from "@/study/score/views_around.ts";
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

Deno.test("scoreOf() averages over seeds, and refuses a score that is missing", () => {
  const { mean, deviation } = scoreOf(model, "overlap");
  assert.ok(Math.abs(mean - 0.55) < 1e-12 && Math.abs(deviation - Math.sqrt(0.005)) < 1e-12);
  assert.throws(() => scoreOf(baseline, "azimuthErrorDegrees"), {
    name: "RangeError",
    message: "Cannot average: values must not be empty",
  });
});

Deno.test("truthTable() has a row for each method, spreads over seeds, and dashes for missing scores", () => {
  const lines = truthTable([model, baseline]).split("\n");
  assert.equal(lines.length, 4);
  assert.ok(
    lines[0]!.startsWith(
      "|  | IoU | median | IoU, pose given | Chamfer | median | azimuth error, ° | median, ° |",
    ),
  );
  assert.ok(lines[2]!.startsWith("| a model | .550 ± .071 |"), lines[2]!);
  assert.ok(lines[2]!.includes(" | 0 ± 0 | 0 ± 0 | 100 ± 0 | "), lines[2]!);
  assert.ok(lines[3]!.includes(" | – | – | – | "), lines[3]!);
  assert.deepEqual(new Set(lines.map((line) => line.split("|").length)), new Set([14]));
});

Deno.test("truthMetrics() names every score by method", () => {
  const metrics = truthMetrics([model, baseline]);
  assert.equal(Object.keys(metrics).length, 12 + 8);
  assert.equal(metrics["extruded: chamfer"], extrusion.scores.chamfer);
  assert.ok(Object.values(metrics).every(Number.isFinite));
});

Deno.test("scoredBaselines() scores all three on every ground truth", () => {
  const baselines = scoredBaselines([known, known]);
  assert.deepEqual(baselines.map(({ name }) => name), [
    "extruded silhouette",
    "solid of revolution",
    "nearest image's truth",
  ]);
  assert.ok(baselines.every(({ evaluations }) => evaluations.length === 2));
  assert.deepEqual(baselines[0]!.evaluations[1]!.scores, extrusion.scores);
});

Deno.test("yardsticksOf() measures what chance and the truth give", () => {
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

Deno.test("azimuthTable() ends with one azimuth for all images and a guess", () => {
  assert.deepEqual(azimuthTable([scored(0.2)], YARDSTICKS).split("\n"), [
    "| method | deviation of azimuths, ° | error modulo the flip, ° |",
    "| --- | ---: | ---: |",
    "| a model | .2 | 44 |",
    "| one azimuth for all images | 0 | 45 |",
    "| a guess | – | 60 |",
  ]);
});

Deno.test("viewDifferenceTable() begins with the truth", () => {
  assert.deepEqual(viewDifferenceTable([scored(0.2)], YARDSTICKS).split("\n").slice(2), [
    "| true shapes | .100 | 100 % |",
    "| a model | .025 | 25 % |",
  ]);
});
