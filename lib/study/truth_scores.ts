/**
 * Scores predictions against true shapes and azimuths, which the paper never did.
 *
 * @module
 */
import { Inference } from "@/infer/inference.ts";
import { refine } from "@/infer/refine.ts";
import {
  alignedCells,
  alignInView,
  alignSolids,
  type ShapeAlignment,
  solidAt,
  turnsInView,
} from "@/study/score/alignment.ts";
import {
  alignAzimuths,
  type AzimuthErrors,
  azimuthErrors,
  guessedAzimuthErrors,
} from "@/study/score/azimuth.ts";
import { chamferDistance } from "@/study/score/chamfer.ts";
import { intersectionOverUnion } from "@/study/score/overlap.ts";
import { circularDeviation, medianOf, spreadOf } from "@/study/score/spread.ts";
import {
  differenceFromOwnView,
  meanSquaredDifference,
  novelViewOverlap,
  viewAt,
  type ViewsAround,
} from "@/study/score/views_around.ts";
import { itemAt } from "@/engine/shapes.ts";
import type { Run } from "@/train/run.ts";
import {
  bestExtrusionDepth,
  predictionOf,
  predictionOfExtrusion,
  predictionOfModel,
  predictionOfNearest,
  predictionOfRevolution,
} from "./predictions.ts";
import { type GroundTruth, type Objects, type Renderable, viewsAround } from "./ground_truth.ts";

/** Scores on unseen objects. Those of azimuths are absent if the azimuths were given. */
export interface TruthScores {
  /** Mean intersection over union in the frame of the truth, after one turn for all objects. */
  readonly overlap: number;
  /** Median of the same. */
  readonly overlapMedian: number;
  /** Mean with every object turned to its true azimuth: shape alone, with the pose given. */
  readonly overlapInView: number;
  /** Mean Chamfer distance, in sides of the grid, in the frame of the truth. */
  readonly chamfer: number;
  /** Median of the same. */
  readonly chamferMedian: number;
  /** Mean error of the azimuths in degrees, modulo the flip, after one offset for all. */
  readonly azimuthErrorDegrees?: number;
  /** Median of the same errors. */
  readonly azimuthErrorMedianDegrees?: number;
  /** Share of those errors that are at most 30 degrees. */
  readonly azimuthShareWithin30?: number;
  /** Circular standard deviation of the azimuths, in degrees: 0 if they are all equal. */
  readonly azimuthDeviationDegrees?: number;
  /**
   * Mean intersection over union of silhouettes from 11 azimuths that no image showed, in the better
   * direction of turning for each object.
   */
  readonly novelViewOverlap: number;
  /** Mean squared difference between the own view and all others: 0 if all look the same. */
  readonly viewDifference: number;
  /** Mean squared error of a pixel in the own view, which training minimises. */
  readonly pictureError: number;
}

/** A prediction for the test objects, and its scores. */
export interface Evaluation {
  /** The prediction, in its own frame. */
  readonly prediction: Renderable;
  /** Whether its hidden cells were filled before shapes were compared. */
  readonly isSolid: boolean;
  /** The azimuths in the frame of the truth, `[N]` in [0, 2 pi); absent if they were given. */
  readonly azimuths?: Float32Array;
  /** Turns and threshold of the shapes in the viewer's frame. */
  readonly inView: ShapeAlignment;
  /** The predicted shapes from all around. */
  readonly views: ViewsAround;
  /** The scores. */
  readonly scores: TruthScores;
}

/**
 * Scores a run against the ground truth.
 *
 * @param run Its config and checkpoint are used
 * @param known The result of `loadGroundTruth` for it, or for a run of the same data and seed
 * @param options `isRefined`: latents and poses of all images are refined, where the method can;
 *   `isSolid` fills what no level view can show, as the method does unless given
 * @throws {RangeError} If the method has no refinement, and is to
 */
export function scoreRun(
  { config, checkpoint: { snapshot } }: Pick<Run, "config" | "checkpoint">,
  known: GroundTruth,
  { isRefined = false, ...options }: { readonly isRefined?: boolean; readonly isSolid?: boolean } =
    {},
): Evaluation {
  using inference = new Inference(config, snapshot);
  const predict = (objects: Objects) =>
    isRefined
      ? predictionOf(inference, refine(config, snapshot, objects.images), options)
      : predictionOfModel(inference, objects, options);
  return scorePredictions({
    tests: predict(known.tests),
    calibration: predict(known.calibration),
  }, known);
}

/**
 * Scores predictions from images. The turn of the shapes and the offset of the azimuths are
 * searched separately, each for its own best fit: for a model that knows its poses they are the
 * same, and one that does not gets all possible credit.
 *
 * @param predictions Of the calibration objects, on which turn, offset and thresholds are chosen, and of
 *   the test objects, in the same frame
 * @param known The objects and their truth
 */
export function scorePredictions(
  predictions: Readonly<Record<"calibration" | "tests", Renderable>>,
  known: GroundTruth,
): Evaluation {
  const { truth } = known.calibration;
  return evaluate(predictions.tests, known, {
    inFrame: alignSolids(predictions.calibration, truth),
    inView: forTests(alignInView(predictions.calibration, truth), predictions.tests, known.tests),
    azimuthOffset: alignAzimuths(predictions.calibration.azimuths, truth.azimuths),
  });
}

/**
 * Rules without learning: the silhouette extruded by a depth chosen on the calibration objects, its
 * solid of revolution, and the true shape behind the nearest training image.
 */
export type Baseline = "extrusion" | "revolution" | "nearest";

/**
 * Scores the rules without learning. Extrusion and revolution are given the true azimuth; the
 * nearest image's truth is already in the frame of the truth, and solid.
 */
export function scoreBaselines(known: GroundTruth): Record<Baseline, Evaluation> {
  const { calibration, training, tests } = known;
  const scoreInView = (predictionOf: (objects: Objects) => Renderable) => {
    const prediction = predictionOf(tests);
    const found = alignInView(predictionOf(calibration), calibration.truth);
    const inView = forTests(found, prediction, tests);
    return evaluate(prediction, known, { inFrame: inView, inView });
  };
  const depth = bestExtrusionDepth(calibration);
  const nearest = predictionOfNearest(tests, training);
  const solid = { threshold: 0.5, overlap: NaN }; // nothing was searched
  return {
    extrusion: scoreInView((each) => predictionOfExtrusion(each, depth)),
    revolution: scoreInView(predictionOfRevolution),
    nearest: evaluate(nearest, known, {
      inFrame: { ...solid, turnOf: () => ({ offset: 0, isMirrored: false }) },
      inView: { ...solid, turnOf: turnsInView(nearest, tests.truth, false) },
      azimuthOffset: 0,
    }),
  };
}

/**
 * Gives the azimuth errors on the test objects without any knowledge: of the one azimuth for all
 * images that fits the calibration objects best, and the expected errors of guesses.
 */
export function chanceErrors(
  { calibration, tests }: Pick<GroundTruth, "calibration" | "tests">,
): Record<"constant" | "guess", AzimuthErrors> {
  const known = calibration.truth.azimuths;
  const unseen = tests.truth.azimuths;
  const constant = alignAzimuths(known.map(() => 0), known);
  return {
    constant: azimuthErrors(unseen.map(() => constant), unseen),
    guess: guessedAzimuthErrors(unseen),
  };
}

/** Applies what was found on calibration objects to the test objects, in the viewer's frame. */
function forTests(
  found: ShapeAlignment,
  prediction: Renderable,
  { truth }: Objects,
): ShapeAlignment {
  return { ...found, turnOf: turnsInView(prediction, truth, found.turnOf(0).isMirrored) };
}

interface Choices {
  readonly inFrame: ShapeAlignment;
  readonly inView: ShapeAlignment;
  /** What to add to azimuths; absent if they were given. */
  readonly azimuthOffset?: number;
}

function evaluate(
  prediction: Renderable,
  { tests, testViews }: GroundTruth,
  choices: Choices,
): Evaluation {
  const { inFrame, inView, azimuthOffset } = choices;
  const { truth, images, imageSize } = tests;
  const shape = compareShapes(prediction, truth, inFrame);
  const views = viewsAround(prediction, imageSize);
  const azimuths = azimuthOffset === undefined
    ? {}
    : { azimuths: turned(prediction, azimuthOffset) };
  return {
    prediction,
    isSolid: prediction.unfilled !== undefined,
    ...azimuths,
    inView,
    views,
    scores: {
      ...shape,
      overlapInView: compareShapes(prediction, truth, inView).overlap,
      ...(azimuths.azimuths && scoreAzimuths(azimuths.azimuths, truth.azimuths)),
      novelViewOverlap: novelViewOverlap(views, testViews, { every: 2 }),
      viewDifference: differenceFromOwnView(views),
      pictureError: spreadOf(Array.from(truth.azimuths, (_, item) => {
        const image = itemAt(images, item, imageSize ** 2);
        return meanSquaredDifference(viewAt(views, item, 0), image);
      })).mean,
    },
  };
}

function compareShapes(prediction: Renderable, truth: Objects["truth"], alignment: ShapeAlignment) {
  const { size } = truth;
  const aligned = { size, occupancy: alignedCells(prediction, alignment, size) };
  const pairs = Array.from(
    truth.azimuths,
    (_, item) => [solidAt(aligned, item), solidAt(truth, item)] as const,
  );
  const overlaps = pairs.map(([shape, solid]) => intersectionOverUnion(shape, solid));
  const distances = pairs.map(([shape, solid]) => chamferDistance(shape, solid, size));
  return {
    overlap: spreadOf(overlaps).mean,
    overlapMedian: medianOf(overlaps),
    chamfer: spreadOf(distances).mean,
    chamferMedian: medianOf(distances),
  };
}

function scoreAzimuths(azimuths: Float32Array, truth: Float32Array) {
  const { mean, median, shareWithin30 } = azimuthErrors(azimuths, truth);
  return {
    azimuthErrorDegrees: mean * 180 / Math.PI,
    azimuthErrorMedianDegrees: median * 180 / Math.PI,
    azimuthShareWithin30: shareWithin30,
    azimuthDeviationDegrees: circularDeviation(azimuths) * 180 / Math.PI,
  };
}

/** Adds an offset to azimuths and wraps them to [0, 2 pi). */
function turned({ azimuths }: Renderable, offset: number): Float32Array {
  const circle = 2 * Math.PI;
  return azimuths.map((azimuth) => (azimuth + offset + circle) % circle);
}
