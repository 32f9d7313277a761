/**
 * The paper's 3D-VAE: an encoder and a decoder, a pose beside the shape, and what is asked of the
 * latents. Its parts mix freely: objective, pose, elevation, texture.
 *
 * @module
 */
import { z } from "zod";
import { field, type RunConfig, type ValuesOf } from "@/config.ts";
import * as tf from "@/engine/tf.ts";
import { createDecoder } from "@/model/decoder.ts";
import { createEncoder } from "@/model/encoder.ts";
import { sample } from "@/model/gaussian.ts";
import type { Learner, Move, Pose, Terms } from "@/model/learner.ts";
import { parametersOf } from "@/model/parameters.ts";
import type { Pass } from "@/model/pass.ts";
import type { Stage } from "@/model/stage.ts";
import { createTexture } from "@/model/texture.ts";
import { azimuthOf, elevationOf } from "@/render/camera.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import { defineMethod, type Method } from "./method.ts";
import type { Latents } from "./objective/objective.ts";
import { OBJECTIVES } from "./objective/objectives.ts";
import type { PoseLatents } from "./pose/pose.ts";
import { POSES } from "./pose/poses.ts";

const namesOf = <Name extends string>(choices: Readonly<Record<Name, unknown>>) =>
  Object.keys(choices) as [Name, ...Name[]];

/** The options, with the author's values as defaults. */
export const VAE_OPTIONS = {
  objective: field(
    z.enum(namesOf(OBJECTIVES)).default("mu-vae"),
    "--objective <name>",
    `what is asked of the latents: ${namesOf(OBJECTIVES).join(", ")}`,
  ),
  beta: field(
    z.number().min(0).default(OBJECTIVES["mu-vae"].beta),
    "--beta <weight>",
    "weight of the objective's latent term, if not its own",
  ),
  pose: field(
    z.enum(namesOf(POSES)).default("free"),
    "--pose <name>",
    "free: variables of their own; encoder: predicted from the image; constant",
  ),
  elevation: field(
    z.boolean().default(false),
    "--elevation",
    "find an elevation, within 30 degrees, beside the azimuth",
  ),
  texture: field(z.boolean().default(false), "--texture", "add a texture layer to the projection"),
  latentSize: field(
    z.int().min(2).default(20),
    "--latent <units>",
    "units of the latent, one of which is the azimuth",
  ),
  filters: field(
    z.int().min(2).multipleOf(2).default(128),
    "--filters <count>",
    "channels of the encoder and of the coarsest grid",
  ),
  tau: field(
    z.number().positive().default(0.5),
    "--tau <opacity>",
    "opacity of one unit of density along one voxel",
  ),
  learningRate: field(
    z.number().positive().default(1e-3),
    "--learning-rate <rate>",
    "Adam's step size",
  ),
  clipNorm: field(
    z.number().positive().default(1),
    "--clip-norm <norm>",
    "largest L2 norm of one parameter's gradient",
  ),
};

/** The config of a run of this method. */
export type VaeConfig = RunConfig & ValuesOf<typeof VAE_OPTIONS>;

/** The paper's method. */
export const VAE: Method = defineMethod({
  summary: "the paper's 3D-VAE, in all its variants",
  options: VAE_OPTIONS,
  presets: { quick: { filters: 48 } },
  derive: ({ objective }) =>
    objective !== undefined && Object.hasOwn(OBJECTIVES, objective)
      ? { beta: OBJECTIVES[objective].beta }
      : {},
  laterOptions: { elevation: false },
  create: createVae,
});

/** Everything that one batch goes through. */
export interface Forward extends Latents {
  /** Occupancy of the voxels `[B, D, H, W]`, in (0, 1), before turning. */
  readonly occupancy: tf.Tensor4D;
  /** What the camera sees, `[B, H, W]` in [0, 1). */
  readonly projection: tf.Tensor3D;
  /** The projection with texture, where the model has that layer, `[B, H, W]`. */
  readonly textured?: tf.Tensor3D;
}

/** A branch of the model. */
export type Branch = "encoder" | "pose" | "decoder" | "texture" | "opponent";

/** The model as a learner, and what its figure and its tests look at. */
export interface Vae extends Learner {
  /** Its stages by branch, for the architecture figure. */
  readonly stages: Readonly<Record<Branch, readonly Stage[]>>;
  /** Runs everything on images `[B, H, W, 1]` in [0, 1]. */
  forward(pass: Pass, images: tf.Tensor4D): Forward;
}

/**
 * Makes the model.
 *
 * Paper: each batch first moves the pose variables alone (unclipped, as in the released code), then
 * everything, each gradient clipped to norm 1; both by Adam. Where the objective is a game, the
 * opponent moves in between, so that everything then meets the better opponent.
 */
export function createVae(config: VaeConfig): Vae {
  const { imageSize, filters, latentSize, batchSize, beta, clipNorm, learningRate } = config;
  const shapeLatentSize = latentSize - 1; // the last unit is the pose
  const encoder = createEncoder({ imageSize, filters, shapeLatentSize, latentSize });
  const decoder = createDecoder({ shapeLatentSize, gridSize: imageSize, filters });
  const texture = config.texture ? createTexture(imageSize) : undefined;
  const { featureCount } = encoder;
  const angles = config.elevation ? 2 : 1;
  const poses = POSES[config.pose]({ batchSize, featureCount, angles });
  const sizes = { shape: shapeLatentSize, pose: poses.inferredAngles };
  const objective = OBJECTIVES[config.objective].create({ beta, batchSize, sizes });
  const { opponent } = objective;
  const parts = [encoder, decoder, poses, texture, opponent].filter((part) => part !== undefined);
  const parameters = parametersOf(...parts);
  const render = rendererOf(config.tau);

  const forward = (pass: Pass, images: tf.Tensor4D): Forward => {
    const { posterior, features } = encoder.encode(pass, images);
    const z = pass.isTraining ? sample(pass, posterior, "latent") : posterior.mean; // [B, Z - 1]
    const occupancy = decoder.decode(pass, z); // [B, D, H, W]
    const pose = poses.pose(pass, { images, features });
    const projection = render(occupancy, inRadians(pose)); // [B, H, W]
    const textured = texture?.paint(pass, projection);
    return { posterior, z, pose, occupancy, projection, ...(textured && { textured }) };
  };
  const terms = (pass: Pass, images: tf.Tensor4D): Terms => {
    const made = forward(pass, images);
    const targets = images.reshape(made.projection.shape) as tf.Tensor3D;
    return {
      image: squaredError(pass, made.projection, targets),
      ...(made.textured && { texture: squaredError(pass, made.textured, targets) }),
      ...objective.terms(pass, made),
    };
  };

  const ofOpponent = Object.keys(opponent?.parameters ?? {});
  const inferenceParameters = Object.keys(parameters).filter((name) => !ofOpponent.includes(name));
  const trained = inferenceParameters.filter((name) => parameters[name]!.isTrained);
  const first = poses.updatedFirst;
  const moves: Move[] = [
    ...(first.length > 0
      ? [{ name: "pose", parameters: first, clipNorm: Infinity, learningRate, terms }]
      : []),
    ...(opponent
      ? [{
        name: "discriminator",
        parameters: ofOpponent,
        clipNorm,
        learningRate,
        terms: (pass: Pass, images: tf.Tensor4D) => opponent.terms(pass, forward(pass, images)),
      }]
      : []),
    { name: "model", parameters: trained, clipNorm, learningRate, terms },
  ];

  return {
    parameters,
    moves,
    latentSize: shapeLatentSize,
    gridSize: imageSize,
    opacity: 1,
    inferenceParameters,
    stages: {
      encoder: encoder.stages,
      pose: poses.stages,
      decoder: decoder.stages,
      texture: texture?.stages ?? [],
      opponent: opponent?.stages ?? [],
    },
    forward,
    encode: (pass, images) => encoder.encode(pass, images).posterior,
    decode: decoder.decode,
    render,
    infer(pass, images) {
      const { posterior, pose, occupancy, projection, textured } = forward(pass, images);
      const rendering = textured ?? projection;
      return { latent: posterior.mean, pose: inRadians(pose), occupancy, projection, rendering };
    },
    olderName: (name) =>
      name.replace(/^adam\/pose\//, "adamFirst/").replace(
        /^adam\/(discriminator|model)\//,
        "adam/",
      ),
  };
}

/** Gives the angles that latents stand for. */
function inRadians({ s, tilt }: PoseLatents): Pose {
  return { azimuth: azimuthOf(s), ...(tilt && { elevation: elevationOf(tilt) }) };
}

/** Makes the renderer of a model; elevations take a slower one. */
function rendererOf(tau: number): Vae["render"] {
  return (occupancy, { azimuth, elevation }) => {
    // The density is occupancy / tau, of which only its product with tau is seen.
    if (!elevation) return projectVoxels(occupancy, azimuth, { tau: 1 });
    return projectTilted(tf.div(occupancy, tau), { azimuth, elevation }, { tau });
  };
}

/** Sum of squared differences of each image, averaged over the batch. Paper: the image loss. */
function squaredError(pass: Pass, images: tf.Tensor3D, targets: tf.Tensor3D): tf.Scalar {
  return pass.batchMean(tf.sum(tf.squaredDifference(images, targets), [1, 2])) as tf.Scalar;
}
