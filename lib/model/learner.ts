/**
 * What a method makes and everything else uses: parameters, the moves that train them, and inference
 * in physical units. Training, checkpoints, figures and benchmarks know learners, never methods.
 *
 * @module
 */
import type * as tf from "@/engine/tf.ts";
import type { Gaussian } from "./gaussian.ts";
import type { Parameters } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/**
 * Terms of a loss by name; the loss is their sum. Each is in squared error or nats per image: summed
 * over pixels or units, averaged over the batch, so terms of different methods can be compared.
 */
export type Terms = Record<string, tf.Scalar>;

/** What training can be told of the images of a batch; each learner says of what it needs to be. */
export interface Truth {
  /** True azimuths `[B]`, radians. */
  readonly azimuth?: tf.Tensor1D;
  /** True occupancies in the images' frame `[B, S, S, S]`, in [0, 1], S the images' side. */
  readonly occupancy?: tf.Tensor4D;
}

/** One update within a step: some parameters move against a loss of their own. */
export interface Move {
  /** Its name, unique within a learner; Adam's memory is saved under it. */
  readonly name: string;
  /** Names of the parameters that it trains; all others count as constants. */
  readonly parameters: readonly string[];
  /** Largest L2 norm of one parameter's gradient; Infinity does not clip. */
  readonly clipNorm: number;
  /** Adam's step size: a number, or a schedule. */
  readonly learningRate: number | ((step: tf.Scalar) => tf.Scalar);
  /** Whether running averages are kept of its parameters, where the learner has any; true unless given. */
  readonly isAveraged?: boolean;
  /** How much Adam's means keep of what they were; 0.9 and 0.999 unless given. */
  readonly momentum?: { readonly first: number; readonly second: number };
  /**
   * Gives the terms of its loss on images `[B, H, W, 1]` in [0, 1], with what the learner's `supervision`
   * asks for; a plain function of tensors.
   */
  terms(pass: Pass, images: tf.Tensor4D, truth?: Truth): Terms;
}

/** Where cameras stand. */
export interface Pose {
  /** Turn about the vertical axis `[B]`, radians. */
  readonly azimuth: tf.Tensor1D;
  /** How far the camera is raised `[B]`, radians; level where there is none. */
  readonly elevation?: tf.Tensor1D;
}

/** What a learner makes of images. */
export interface Inferred {
  /** The shape latent `[B, latentSize]`. */
  readonly latent: tf.Tensor2D;
  /** From where each image was taken. */
  readonly pose: Pose;
  /** Occupancy of the voxels `[B, D, H, W]` in [0, 1]. */
  readonly occupancy: tf.Tensor4D;
  /** What the camera sees of them `[B, H, W]` in [0, 1]. */
  readonly projection: tf.Tensor3D;
  /** What is compared with the image `[B, H, W]`: the projection, textured if there is such a layer. */
  readonly rendering: tf.Tensor3D;
}

/** How latents and poses of unseen images are improved after inference. */
export interface Refinement {
  /** Finds the poses from which shape latents `[B, latentSize]` look like images `[B, H, W, 1]`. */
  pose(pass: Pass, latent: tf.Tensor2D, images: tf.Tensor4D): Pose;
  /** Gives what is minimised over the latent of each image, the poses being given `[B]`. */
  loss(pass: Pass, latent: tf.Tensor2D, pose: Pose, images: tf.Tensor4D): tf.Tensor1D;
  /** Gives what such latents and poses make of images, as `Learner.infer` does. */
  infer(pass: Pass, latent: tf.Tensor2D, pose: Pose, images: tf.Tensor4D): Inferred;
}

/** How real images look: logits of "an image of the data", by a discriminator of the learner's own. */
export interface Realism {
  /** Scores images `[B, H, W, 1]` in [0, 1]; logits `[B]`. */
  images(pass: Pass, images: tf.Tensor4D): tf.Tensor1D;
  /** Scores V views of the shape of each image, from azimuths `[B, V]`, radians; logits `[B, V]`. */
  views(pass: Pass, images: tf.Tensor4D, azimuth: tf.Tensor2D): tf.Tensor2D;
  /** Beyond these a finished run is in doubt. */
  readonly limits: {
    /** The least realism gap. */
    readonly gap: number;
    /** The greatest mean, over the last 100 steps, of terms of the loss by name. */
    readonly losses: Readonly<Record<string, number>>;
  };
}

/** A part of what a learner's moves do, for whoever times it by itself. */
export interface LearnerPart {
  /** Whether a gradient flows back through it; true unless given. */
  readonly isDifferentiated?: boolean;
  /** Runs it on images `[B, H, W, 1]` and what the learner made of them; a plain function of tensors. */
  run(pass: Pass, images: tf.Tensor4D, made: Inferred): tf.Tensor;
}

/** Pure functions of parameters and images, and how the parameters learn. */
export interface Learner {
  /** Every parameter, those of opponents included. */
  readonly parameters: Parameters;
  /** What a step does, in order. The loss of a run is that of the last move. */
  readonly moves: readonly Move[];
  /** What its moves are told of each image besides it; nothing unless given. Inference never is told. */
  readonly supervision?: readonly (keyof Truth)[];
  /** Units of the shape latent. */
  readonly latentSize: number;
  /** Side of the voxel grid. */
  readonly gridSize: number;
  /** Cells on each side of the grid that no image shows, where images are padded; 0 unless given. */
  readonly border?: number;
  /**
   * How much light a full cell takes: it lets exp(-opacity * occupancy) through. Where there is none,
   * occupancy is the share of the light that a cell takes: it lets 1 - occupancy through.
   */
  readonly opacity?: number;
  /** Encodes images `[B, H, W, 1]` to the posterior of their shape latents. */
  encode(pass: Pass, images: tf.Tensor4D): Gaussian;
  /** Decodes shape latents `[B, latentSize]` to occupancy `[B, D, H, W]` in [0, 1]. */
  decode(pass: Pass, latent: tf.Tensor2D): tf.Tensor4D;
  /** Projects occupancy `[B, D, H, W]` to images `[B, H, W]`, each from its own pose. */
  render(occupancy: tf.Tensor4D, pose: Pose): tf.Tensor3D;
  /** Infers shape and pose of images `[B, H, W, 1]` and renders them again. */
  infer(pass: Pass, images: tf.Tensor4D): Inferred;
  /** What its moves do besides encoding, decoding and rendering, by name. */
  readonly parts?: Readonly<Record<string, LearnerPart>>;
  /** Least occupancy of a voxel that counts as filled, in (0, 1]; `THRESHOLD` unless given. */
  readonly threshold?: number;
  /**
   * Whether shapes are meant as solids, from level views: then what no such view can show counts as matter
   * wherever shapes are scored or exported. Occupancies themselves stay as they are.
   */
  readonly makesSolids?: boolean;
  /** Names of the parameters that inference reads, opponents' left out; all unless given. */
  readonly inferenceParameters?: readonly string[];
  /** How inference is refined, where the method can. */
  readonly refinement?: Refinement;
  /** How real images and views look, where the method has a discriminator of images. */
  readonly realism?: Realism;
  /**
   * How much running averages of the parameters keep at each step, `[]` in [0, 1], by the steps taken
   * before. Where there are averages, a trained model works with them.
   */
  readonly averageDecay?: (step: tf.Scalar) => tf.Scalar;
  /** Gives the name that a variable had in older checkpoints. */
  readonly olderName?: (name: string) => string;
}
