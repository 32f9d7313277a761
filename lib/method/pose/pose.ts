/**
 * How poses are found: what every way has in common.
 *
 * @module
 */
import type { Gaussian } from "@/model/gaussian.ts";
import type { Parameters } from "@/model/parameters.ts";
import type { Pass } from "@/model/pass.ts";
import type { Stage } from "@/model/stage.ts";
import * as tf from "@/engine/tf.ts";

/** The latents of each image's pose, one for each angle, on which a prior may be put. */
export interface PoseLatents {
  /** Of the azimuth `[B]` in (-1, 1); `azimuthOf` gives radians. */
  readonly s: tf.Tensor1D;
  /** Of the elevation `[B]` in (-1, 1), where there is one; `elevationOf` gives radians. */
  readonly tilt?: tf.Tensor1D;
  /** Posterior of the pose variables, where there are any. */
  readonly posterior?: Gaussian;
}

/** How many angles a pose has: 1, the azimuth; 2, azimuth and elevation. */
export type AngleCount = 1 | 2;

/** What poses may be found from. */
export interface Seen {
  /** The images `[B, H, W, 1]`. */
  readonly images: tf.Tensor4D;
  /** What the encoder's convolutions made of them `[B, features]`. */
  readonly features: tf.Tensor2D;
}

/** One way to find poses. */
export interface PoseStrategy {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Angles that it infers and a prior may be put on; 0 where poses are given. */
  readonly inferredAngles: 0 | AngleCount;
  /** Names of parameters that each batch updates by themselves first, then again with the others. */
  readonly updatedFirst: readonly string[];
  /** Gives the poses of a batch. */
  pose(pass: Pass, seen: Seen): PoseLatents;
}

/** What a strategy is made for. */
export interface PoseOptions {
  /** Images in one step. */
  readonly batchSize: number;
  /** Units of the encoder's features. */
  readonly featureCount: number;
  /** Angles of a pose. */
  readonly angles: AngleCount;
}

/**
 * Takes the latents of the angles apart.
 *
 * @param latents `[B, angles]` in (-1, 1): that of the azimuth, then that of the elevation
 */
export function poseOf(latents: tf.Tensor2D): PoseLatents {
  const [batch, angles] = latents.shape;
  if (angles === 1) return { s: latents.reshape([-1]) };
  const column = (i: number) => tf.slice(latents, [0, i], [batch, 1]).reshape([-1]) as tf.Tensor1D;
  return { s: column(0), tilt: column(1) };
}
