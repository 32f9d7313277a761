/**
 * The 3D-VAE: encoder, latents, pose, decoder and renderer put together.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { OBJECTIVES, type Opponent, type Terms } from "@/method/objective/objective.ts";
import { type Pose, POSE_STRATEGIES } from "@/method/pose/strategy.ts";
import { azimuthOf, elevationOf } from "@/render/camera.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import * as tf from "@/engine/tf.ts";
import { createDecoder } from "@/model/decoder.ts";
import { createEncoder } from "@/model/encoder.ts";
import { type Gaussian, sample } from "@/model/gaussian.ts";
import { type Parameters, parametersOf, type Pass } from "@/model/parameters.ts";
import type { Stage } from "@/model/stage.ts";
import { createTexture } from "@/model/texture.ts";

/** Stream of the shape latent's noise. */
export const STREAM = 0;

/** Everything that one batch goes through. */
export interface Forward {
  /** Posterior of the shape latent, `[B, Z - 1]` each. */
  readonly posterior: Gaussian;
  /** The shape latent `[B, Z - 1]`. */
  readonly z: tf.Tensor2D;
  /** The poses. */
  readonly pose: Pose;
  /** Occupancy of the voxels `[B, D, H, W]`, in (0, 1), before turning. */
  readonly occupancy: tf.Tensor4D;
  /** What the camera sees, `[B, H, W]` in [0, 1). */
  readonly projection: tf.Tensor3D;
  /** The projection with texture, where the model has that layer, `[B, H, W]`. */
  readonly textured?: tf.Tensor3D;
}

/** A model: pure functions of parameters and images. */
export interface Model {
  /** Every parameter of the network, its opponent's included. */
  readonly parameters: Parameters;
  /** Names of parameters that each batch updates by themselves first. */
  readonly updatedFirst: readonly string[];
  /** Its stages by branch, for the architecture figure. */
  readonly stages: Readonly<Record<Branch, readonly Stage[]>>;
  /** A second player, where the objective is a game. */
  readonly opponent?: Opponent;
  /** Runs everything on images `[B, H, W, 1]` in [0, 1]. */
  forward(pass: Pass, images: tf.Tensor4D): Forward;
  /** Encodes images `[B, H, W, 1]` to the posterior of their shape latents, `[B, Z - 1]` each. */
  encode(pass: Pass, images: tf.Tensor4D): Gaussian;
  /** Decodes shape latents `[B, Z - 1]` to occupancy `[B, D, H, W]`. */
  decode(pass: Pass, z: tf.Tensor2D): tf.Tensor4D;
  /** Projects occupancy `[B, D, H, W]` from poses, `[B, H, W]`; elevations take a slower renderer. */
  render(occupancy: tf.Tensor4D, pose: Pose): tf.Tensor3D;
  /** Gives the terms of the loss of a forward pass, per image. */
  terms(pass: Pass, forward: Forward, images: tf.Tensor4D): Terms;
}

/** A branch of a model. */
export type Branch = "encoder" | "pose" | "decoder" | "texture" | "opponent";

/**
 * Makes the model that a config describes.
 *
 * @param config Sizes, objective and pose strategy
 * @throws {RangeError} If the objective or the pose strategy is none of those plugged in
 */
export function createModel(config: Config): Model {
  const { imageSize, filters, latentSize, tau } = config;
  const shapeLatentSize = latentSize - 1; // the last unit is the pose
  const encoder = createEncoder({ imageSize, filters, shapeLatentSize, latentSize });
  const decoder = createDecoder({ shapeLatentSize, gridSize: imageSize, filters });
  const texture = config.texture ? createTexture(imageSize) : undefined;
  const poses = named("pose", config.pose, POSE_STRATEGIES)(config, encoder.featureCount);
  const sizes = { shape: shapeLatentSize, pose: poses.inferredAngles };
  const objective = named("objective", config.objective, OBJECTIVES)(config, sizes);
  const { opponent } = objective;
  const render = rendererOf(tau);
  const optional = [texture, opponent].filter((part) => part !== undefined);
  return {
    parameters: parametersOf(encoder, decoder, poses, ...optional),
    updatedFirst: poses.updatedFirst,
    ...(opponent && { opponent }),
    stages: {
      encoder: encoder.stages,
      pose: poses.stages,
      decoder: decoder.stages,
      texture: texture?.stages ?? [],
      opponent: opponent?.stages ?? [],
    },
    encode: (pass, images) => encoder.encode(pass, images).posterior,
    decode: decoder.decode,
    render,
    forward(pass, images) {
      const { posterior, features } = encoder.encode(pass, images);
      const z = pass.isTraining ? sample(pass.seed, posterior, STREAM) : posterior.mean; // [B, Z - 1]
      const occupancy = decoder.decode(pass, z); // [B, D, H, W]
      const pose = poses.pose(pass, { images, features });
      const projection = render(occupancy, pose); // [B, H, W]
      const textured = texture?.paint(pass, projection);
      return { posterior, z, pose, occupancy, projection, ...(textured && { textured }) };
    },
    terms(pass, forward, images) {
      const { projection, textured } = forward;
      const targets = images.reshape(projection.shape) as tf.Tensor3D;
      return {
        image: squaredError(projection, targets),
        ...(textured && { texture: squaredError(textured, targets) }),
        ...objective.terms(pass, forward),
      };
    },
  };
}

/** Makes the renderer of a model. */
function rendererOf(tau: number): Model["render"] {
  return (occupancy, { s, tilt }) => {
    const density = tf.div(occupancy, tau) as tf.Tensor4D;
    const azimuth = azimuthOf(s);
    if (!tilt) return projectVoxels(density, azimuth, { tau });
    return projectTilted(density, { azimuth, elevation: elevationOf(tilt) }, { tau });
  };
}

/** Finds what a config names among those that are plugged in. */
function named<T>(field: string, name: string, choices: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(choices, name)) return choices[name]!;
  throw new RangeError(
    `Cannot make the model: ${field} must be one of ${
      Object.keys(choices).join(", ")
    }, got ${name}`,
  );
}

/** Sum of squared differences of each image, averaged over the batch. Paper: the image loss. */
function squaredError(images: tf.Tensor3D, targets: tf.Tensor3D): tf.Scalar {
  return tf.mean(tf.sum(tf.squaredDifference(images, targets), [1, 2]));
}
