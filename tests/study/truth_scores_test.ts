import assert from "node:assert/strict";
import { chanceErrors, scoreBaselines, scorePredictions, scoreRun } from "@/study/truth_scores.ts";
import { initialValues } from "@/model/parameters.ts";
import type { Config } from "@/config.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import type { Turn } from "@/study/score/turn.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";
import { IMAGE_SIZE, knownObjects, perfectPrediction, roughWeights } from "./known.ts";

const known = knownObjects();

function scorePerfect(turn: Turn) {
  const [tests, calibration] = [known.tests, known.calibration]
    .map((objects) => perfectPrediction(objects, turn));
  return scorePredictions({ tests: tests!, calibration: calibration! }, known);
}

Deno.test("scorePredictions() gives a perfect model nearly perfect scores", () => {
  const { scores, azimuths } = scorePerfect({ offset: 0, isMirrored: false });
  // From 30 cells to 28 and back in whole cells: a surface moves by up to half a cell.
  assert.ok(scores.overlap > 0.85, `${scores.overlap}`);
  assert.ok(scores.overlapInView > 0.85, `${scores.overlapInView}`);
  assert.ok(scores.chamfer < 0.01, `${scores.chamfer}`);
  assert.ok(scores.novelViewOverlap > 0.85, `${scores.novelViewOverlap}`);
  assert.ok(scores.pictureError < 0.01, `${scores.pictureError}`);
  assertClose([scores.azimuthErrorDegrees!, scores.azimuthShareWithin30!], [0, 1], 1e-3);
  assertClose(azimuths!, known.tests.truth.azimuths, 1e-5);
});

Deno.test("scorePredictions() gives it the same in any frame, mirrored or not", () => {
  for (const isMirrored of [false, true]) {
    const { scores } = scorePerfect({ offset: 2, isMirrored });
    assert.ok(scores.overlap > 0.85, `${scores.overlap}`); // turned twice, so blurred twice
    assert.ok(scores.overlapInView > 0.85, `${scores.overlapInView}`);
    assert.ok(scores.chamfer < 0.02, `${scores.chamfer}`);
    assert.ok(scores.novelViewOverlap > 0.85, `${scores.novelViewOverlap}`);
    assert.ok(scores.azimuthErrorDegrees! < 0.6, `${scores.azimuthErrorDegrees}`);
  }
});

Deno.test("scorePredictions() gives medians, which one wrong object does not move", () => {
  const right = { offset: 0, isMirrored: false };
  const calibration = perfectPrediction(known.calibration, right);
  const tests = perfectPrediction(known.tests, right);
  const before = scorePredictions({ tests, calibration }, known).scores;
  const occupancy = Float32Array.from(tests.occupancy);
  occupancy.fill(0, 0, IMAGE_SIZE ** 3); // one of five has no shape, and is seen from the side
  const azimuths = tests.azimuths.map((azimuth, item) => item === 0 ? azimuth + 1.5 : azimuth);
  const { scores } = scorePredictions({
    tests: { ...tests, occupancy, azimuths },
    calibration,
  }, known);
  assert.ok(scores.overlap < before.overlap - 0.15 && scores.chamfer > before.chamfer + 0.3);
  assert.ok(scores.azimuthErrorDegrees! > 5);
  assertClose(
    [scores.overlapMedian, scores.chamferMedian, scores.azimuthErrorMedianDegrees!],
    [before.overlapMedian, before.chamferMedian, 0],
    0.03,
  );
});

Deno.test("scorePredictions() detects a model that does not know its poses", () => {
  const blind = (objects: typeof known.tests) => {
    const prediction = perfectPrediction(objects, { offset: 0, isMirrored: false });
    return { ...prediction, azimuths: new Float32Array(prediction.azimuths.length).fill(2) };
  };
  const predictions = { tests: blind(known.tests), calibration: blind(known.calibration) };
  const { scores } = scorePredictions(predictions, known);
  assert.ok(scores.overlap > 0.85, "the shapes are right");
  assert.ok(scores.azimuthErrorDegrees! > 15, `${scores.azimuthErrorDegrees}`);
  assertClose([scores.azimuthDeviationDegrees!], [0], 1e-2);
  assert.ok(scores.pictureError > 0.02, "and seen from another azimuth than the image's");
});

Deno.test("scoreBaselines() scores rules without learning", () => {
  const { extrusion, revolution, nearest } = scoreBaselines(known);
  for (const { scores } of [extrusion, revolution]) {
    assert.equal(scores.overlap, scores.overlapInView, "the azimuth is given");
    assert.ok(scores.overlap > 0.1 && scores.overlap < 0.9);
    assert.ok(!("azimuthErrorDegrees" in scores));
  }
  assert.ok(extrusion.scores.pictureError < 0.02, "it looks like its image");
  assert.ok(revolution.scores.viewDifference < 0.5 * extrusion.scores.viewDifference);
  assert.ok(nearest.scores.azimuthErrorDegrees! < 90);
});

Deno.test("scoreRun() gives every score of a model, and keeps no tensors", () => {
  const small = knownObjects(TINY.imageSize);
  const snapshot = initialValues(createLearner(TINY).parameters, 1);
  const run = { config: TINY, checkpoint: { step: 0, config: TINY, snapshot } };
  scoreRun(run, small);
  assertTensorsKept(0, () => {
    const { scores, views, prediction } = scoreRun(run, small);
    assert.equal(Object.keys(scores).length, 12);
    assert.ok(Object.values(scores).every((score) => Number.isFinite(score) && score >= 0));
    assert.equal(views.count, 5);
    assert.equal(prediction.size, TINY.imageSize);
  });
});

Deno.test("scoreRun() refines latents and poses, where the method can", () => {
  const config = configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: 6,
    imageSize: 16,
    latentSize: 2,
  });
  const small = knownObjects(16);
  const run = (config: Config) => {
    const snapshot = initialValues(createLearner(config).parameters, 1);
    return { config, checkpoint: { step: 0, config, snapshot } };
  };
  const [plain, refined] = [false, true].map((isRefined) =>
    scoreRun(run(config), small, { isRefined })
  );
  assert.ok(refined!.scores.pictureError < plain!.scores.pictureError);
  assert.throws(() => scoreRun(run(TINY), knownObjects(TINY.imageSize), { isRefined: true }), {
    name: "RangeError",
    message: "Cannot refine: the method must have a refinement, got vae; " +
      "train with --method searched",
  });
});

Deno.test("scoreRun() compares solids where it is asked to, seen as the model renders them", () => {
  const small = knownObjects(TINY.imageSize);
  const checkpoint = { step: 0, config: TINY, snapshot: roughWeights() };
  const run = { config: TINY, checkpoint };
  const [plain, solid] = [{}, { isSolid: true }].map((options) => scoreRun(run, small, options));
  assert.deepEqual([plain!.isSolid, solid!.isSolid], [false, true]);
  assert.deepEqual(solid!.views, plain!.views);
  assert.notEqual(solid!.scores.overlap, plain!.scores.overlap);
  assert.equal(solid!.scores.novelViewOverlap, plain!.scores.novelViewOverlap);
});

Deno.test("chanceErrors() chooses one azimuth on other objects, and averages over guesses", () => {
  const withAzimuths = (...azimuths: number[]) => ({
    ...known.tests,
    truth: { ...known.tests.truth, azimuths: Float32Array.from(azimuths) },
  });
  const { constant, guess } = chanceErrors({
    calibration: withAzimuths(1, 1, 1),
    tests: withAzimuths(1, 1 + Math.PI / 3),
  });
  // The second is wrong only modulo the flip: from 1 to pi - 2.047.
  assertClose([constant.mean, constant.shareWithin30], [(2 * Math.PI / 3 - 2) / 2, 1], 0.02);
  assert.ok(guess.mean > constant.mean);
});
