/**
 * Objectives: what is asked of the latents beside the reconstruction error.
 *
 * @module
 */
import type { Gaussian } from "@/model/gaussian.ts";
import type { Terms } from "@/model/learner.ts";
import type { Parameters } from "@/model/parameters.ts";
import type { Pass } from "@/model/pass.ts";
import type { Stage } from "@/model/stage.ts";
import type { PoseLatents } from "@/method/pose/pose.ts";
import type * as tf from "@/engine/tf.ts";

/** What an objective looks at. */
export interface Latents {
  /** Posterior of the shape latent, `[B, Z - 1]` each. */
  readonly posterior: Gaussian;
  /** The shape latent `[B, Z - 1]`. */
  readonly z: tf.Tensor2D;
  /** The latents of the pose. */
  readonly pose: PoseLatents;
}

/** Units of the latents that are inferred, which a prior may be put on. */
export interface LatentSizes {
  /** Units of the shape latent. */
  readonly shape: number;
  /** Angles of the pose: 0 where poses are given, 1 for an azimuth, 2 with an elevation. */
  readonly pose: number;
}

/** What an objective is made for. */
export interface ObjectiveOptions {
  /** Weight of the latent term. */
  readonly beta: number;
  /** Images of a batch. */
  readonly batchSize: number;
  /** Units of the latents. */
  readonly sizes: LatentSizes;
}

/** What the latents are asked to be. */
export interface Objective {
  /** Gives the weighted terms of one batch; a plain function of tensors. */
  terms(pass: Pass, latents: Latents): Terms;
  /** A second player, where the objective is a game. */
  readonly opponent?: Opponent;
}

/** A second player, which moves before the model does, against a loss of its own. */
export interface Opponent {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Gives the terms of its loss of one batch; a plain function of tensors. */
  terms(pass: Pass, latents: Latents): Terms;
}
