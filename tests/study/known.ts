/** Ground truth made by hand, and the prediction of a perfect model. */
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import type { GroundTruth, Objects, Renderable, TrueSet } from "@/study/ground_truth.ts";
import { viewsAround } from "@/study/ground_truth.ts";
import { solidAt, type Solids } from "@/study/score/alignment.ts";
import { cellsReaching } from "@/study/score/overlap.ts";
import { type Turn, turnAzimuth, turnGrid } from "@/study/score/turn.ts";
import { viewAt } from "@/study/score/views_around.ts";
import { createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import { TINY } from "../tiny.ts";
import { trueSolids } from "./score/solids.ts";

/** Side of the true grids, the same as for chairs. */
export const TRUE_SIZE = 30;
/** Side of the images and of the model's grids. */
export const IMAGE_SIZE: number = 28;

/** Images of solids, from their own azimuths. */
export function imagesOf(truth: Solids, imageSize = IMAGE_SIZE): Objects {
  const views = viewsAround({ ...truth, opacity: SOLID_OPACITY }, imageSize);
  const images = new Float32Array(truth.azimuths.length * imageSize ** 2);
  for (let item = 0; item < truth.azimuths.length; item++) {
    images.set(viewAt(views, item, 0), item * imageSize ** 2);
  }
  return { images, imageSize, truth };
}

/** Objects to calibrate on and others to score. */
export function knownObjects(imageSize = IMAGE_SIZE): GroundTruth {
  const training = imagesOf(trueSolids(6, TRUE_SIZE, 1), imageSize);
  const tests = imagesOf(trueSolids(5, TRUE_SIZE, 100), imageSize);
  const testViews = viewsAround({ ...tests.truth, opacity: SOLID_OPACITY }, imageSize);
  return { training: setOf(training), calibration: training, tests, testViews };
}

/** The prediction of a perfect model, in a frame of its own. */
export function perfectPrediction({ truth, imageSize }: Objects, turn: Turn): Renderable {
  const sides = { size: truth.size, newSize: imageSize };
  const occupancy = new Float32Array(truth.azimuths.length * imageSize ** 3);
  for (let item = 0; item < truth.azimuths.length; item++) {
    const turned = turnGrid(solidAt(truth, item), sides, turn);
    // Sharpened again: soft edges of nearly opaque cells would widen every silhouette.
    occupancy.set(cellsReaching(0.5, turned), item * imageSize ** 3);
  }
  const azimuths = truth.azimuths.map((azimuth) => turnAzimuth(azimuth, turn));
  return { size: imageSize, occupancy, azimuths, opacity: SOLID_OPACITY };
}

/** Weights of the tiny model that makes shapes of all occupancies; drawn ones make it 0.5 everywhere. */
export function roughWeights(): NamedArrays {
  const weights = initialValues(createLearner(TINY).parameters, 1);
  const { shape, values } = weights["decoder/deconv2/kernel"]!;
  const rough = { shape, values: values.map((value) => 1000 * value) };
  return { ...weights, "decoder/deconv2/kernel": rough };
}

/** A set of images with truth, one of each object, as from a data source. */
export function setOf({ images, imageSize, truth }: Objects): TrueSet {
  return {
    name: "boxes",
    provenance: "the tests",
    size: imageSize,
    count: truth.azimuths.length,
    pixels: Uint8Array.from(images, (value) => Math.round(255 * value)),
    truth: {
      size: truth.size,
      voxels: Uint8Array.from(truth.occupancy),
      azimuths: truth.azimuths,
      objects: Uint32Array.from(truth.azimuths.keys()),
    },
  };
}
