/**
 * The search for the pose of a level camera: an azimuth.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { projectMaximumFrom } from "@/render/max_projection.ts";
import { projectVoxels } from "@/render/project.ts";
import { azimuthCrossEntropy, BINS } from "./azimuth_bins.ts";
import { AZIMUTH_COUNT, foldAzimuth, searchAzimuths } from "./azimuth_search.ts";
import { type PoseSearch, TAU } from "./pose_search.ts";

/**
 * Makes the search over 72 azimuths.
 *
 * @param isSymmetric Whether shapes are their own mirror image; azimuths are then folded
 */
export function createLevelSearch(isSymmetric: boolean): PoseSearch {
  const fold = (azimuth: tf.Tensor1D) =>
    (isSymmetric ? foldAzimuth(azimuth) : azimuth) as tf.Tensor1D;
  return {
    bins: BINS,
    candidates: AZIMUTH_COUNT,
    search(density, images, draw) {
      const options = { tau: TAU, isFolded: isSymmetric, ...(draw && { draw }) };
      return { azimuth: searchAzimuths(density, images, options).azimuth };
    },
    elsewhere: (pass, guess) => ({
      azimuth: tf.mul(pass.uniform("elsewhere", [guess.shape[0]]), 2 * Math.PI) as tf.Tensor1D,
    }),
    crossEntropy: (guess, { azimuth }) => azimuthCrossEntropy(guess, fold(azimuth)),
    project: (density, { azimuth }) => projectVoxels(density, azimuth, { tau: TAU }),
    projectMaximum: (occupancy, { azimuth }) => projectMaximumFrom(occupancy, azimuth),
  };
}
