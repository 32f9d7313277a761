/**
 * Poses that are searched: what a level camera and a raised one have in common.
 *
 * @module
 */
import type * as tf from "@/engine/tf.ts";
import type { Pose } from "@/model/learner.ts";
import type { Pass } from "@/model/pass.ts";
import type { Draw } from "./draw.ts";

/** Opacity of one unit of density along one cell. */
export const TAU = 1;

/** Where cameras may stand, how they are found, and what they see. */
export interface PoseSearch {
  /** Logits of a guess of a pose. */
  readonly bins: number;
  /** Poses that are tried. */
  readonly candidates: number;
  /**
   * Finds the poses from which densities `[B, D, H, W]` look like images `[B, H, W]`: the best, or drawn
   * ones. Call it inside of `withoutGradient`.
   */
  search(density: tf.Tensor4D, images: tf.Tensor3D, draw?: Draw): Pose;
  /** Draws poses from which no image was taken, where images have guesses `[B, bins]`. */
  elsewhere(pass: Pass, guess: tf.Tensor2D): Pose;
  /** Gives the cross-entropy of guesses `[B, bins]` with poses: nats `[B]`. */
  crossEntropy(guess: tf.Tensor2D, pose: Pose): tf.Tensor1D;
  /** Projects densities to silhouettes `[B, H, W]`, with tau = 1. */
  project(density: tf.Tensor4D, pose: Pose): tf.Tensor3D;
  /** Projects the greatest occupancy along each ray `[B, H, W]`. */
  projectMaximum(occupancy: tf.Tensor4D, pose: Pose): tf.Tensor3D;
}
