/**
 * Pose strategies: where the azimuth of an image comes from. This is the one place to add one.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Gaussian } from "@/model/gaussian.ts";
import type { Parameters, Pass } from "@/model/parameters.ts";
import type { Stage } from "@/model/stage.ts";
import type * as tf from "@/engine/tf.ts";
import type { AngleCount } from "./angles.ts";
import { createConstantPose } from "./constant_pose.ts";
import { createEncoderPose } from "./encoder_pose.ts";
import { createFreePose } from "./free_pose.ts";

/** The pose of each image of a batch. */
export interface Pose {
  /** Latent of the azimuth `[B]` in (-1, 1); the azimuth is (s + 1) pi. */
  readonly s: tf.Tensor1D;
  /** Latent of the elevation `[B]` in (-1, 1), where there is one; the elevation is t pi / 6. */
  readonly tilt?: tf.Tensor1D;
  /** Posterior of the pose variables, where the strategy has one. */
  readonly posterior?: Gaussian;
}

/** What a strategy may look at. */
export interface Seen {
  /** The images `[B, H, W, 1]`. */
  readonly images: tf.Tensor4D;
  /** What the encoder's convolutions made of them `[B, features]`. */
  readonly features: tf.Tensor2D;
}

/** How poses are found. */
export interface PoseStrategy {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Angles that it infers and a prior may judge; 0 where poses are given. */
  readonly inferredAngles: 0 | AngleCount;
  /** Names of parameters that each batch updates by themselves first, then again with the others. */
  readonly updatedFirst: readonly string[];
  /** Gives the poses of a batch. */
  pose(pass: Pass, seen: Seen): Pose;
}

/** Every strategy, by the name that a config gives; `featureCount` is that of the encoder. */
export const POSE_STRATEGIES: Readonly<
  Record<string, (config: Config, featureCount: number) => PoseStrategy>
> = {
  free: ({ batchSize, elevation }) => createFreePose(batchSize, elevation ? 2 : 1),
  constant: () => createConstantPose(),
  encoder: ({ elevation }, featureCount) =>
    createEncoderPose({ featureCount, angles: elevation ? 2 : 1 }),
};
