/**
 * Pose strategies: where the azimuth of a picture comes from. This is the one place to add one.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Gaussian } from "@/model/gaussian.ts";
import type { Parameters, Pass } from "@/model/parameters.ts";
import type { Stage } from "@/model/stage.ts";
import type * as tf from "@/tf.ts";
import { createConstantPose } from "./constant.ts";
import { createFreePose } from "./free.ts";

/** The pose of each picture of a batch. */
export interface Pose {
  /** Pose latent `[B]` in (-1, 1); the azimuth is (s + 1) pi. */
  readonly s: tf.Tensor1D;
  /** Its posterior, where the strategy has one. */
  readonly posterior?: Gaussian;
}

/** How poses are found. */
export interface PoseStrategy {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Names of parameters that each batch updates by themselves first, then again with the others. */
  readonly updatedFirst: readonly string[];
  /**
   * Gives the poses of a batch.
   *
   * @param images `[B, H, W, 1]`, for strategies that look at them
   */
  pose(pass: Pass, images: tf.Tensor4D): Pose;
}

/** Every strategy, by the name that a config gives. */
export const POSE_STRATEGIES: Readonly<Record<string, (config: Config) => PoseStrategy>> = {
  free: ({ batchSize }) => createFreePose(batchSize),
  constant: () => createConstantPose(),
};
