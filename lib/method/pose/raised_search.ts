/**
 * The search for the pose of a camera that may be raised: an azimuth and an elevation.
 *
 * @module
 */
import { stopGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { projectMaximum } from "@/render/max_projection.ts";
import { projectTilted } from "@/render/tilt.ts";
import { azimuthCrossEntropy, BINS } from "./azimuth_bins.ts";
import { DIRECTION_COUNT, searchDirections } from "./direction_search.ts";
import { drawnScores } from "./draw.ts";
import { ELEVATION_BINS, ELEVATION_STEP, elevationCrossEntropy } from "./elevation_bins.ts";
import { type PoseSearch, TAU } from "./pose_search.ts";

/** Makes the search over 72 azimuths at six elevations. */
export function createRaisedSearch(): PoseSearch {
  const elevationPart = (guess: tf.Tensor2D) =>
    tf.slice(guess, [0, BINS], [guess.shape[0], ELEVATION_BINS]);
  return {
    bins: BINS + ELEVATION_BINS,
    candidates: DIRECTION_COUNT,
    search(density, images, draw) {
      const options = { tau: TAU, ...(draw && { draw }) };
      const { azimuth, elevation } = searchDirections(density, images, options);
      return { azimuth, elevation };
    },
    // Choice: elevations as the encoder guesses them of the images, because views from where no image
    // of the set was taken would tell the discriminator apart by that alone.
    elsewhere(pass, guess) {
      const [batch] = guess.shape;
      const azimuth = tf.mul(pass.uniform("elsewhere", [batch]), 2 * Math.PI) as tf.Tensor1D;
      const uniform = pass.uniform("elsewhere/elevation", [batch, ELEVATION_BINS]);
      const bin = tf.argMax(drawnScores(stopGradient(elevationPart(guess)), uniform), 1);
      const within = tf.sub(pass.uniform("elsewhere/within", [batch]), 0.5);
      const place = tf.clipByValue(tf.add(bin.cast("float32"), within), 0, ELEVATION_BINS - 1);
      return { azimuth, elevation: tf.mul(place, ELEVATION_STEP) as tf.Tensor1D };
    },
    crossEntropy(guess, { azimuth, elevation = tf.zerosLike(azimuth) }) {
      const ofAzimuth = tf.slice(guess, [0, 0], [guess.shape[0], BINS]);
      return tf.add(
        azimuthCrossEntropy(ofAzimuth, azimuth),
        elevationCrossEntropy(elevationPart(guess), elevation),
      );
    },
    project: (density, { azimuth, elevation = tf.zerosLike(azimuth) }) =>
      projectTilted(density, { azimuth, elevation }, { tau: TAU }),
    projectMaximum: (occupancy, { azimuth, elevation }) =>
      projectMaximum(occupancy, azimuth, elevation),
  };
}
