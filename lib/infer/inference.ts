/**
 * A trained model at work, in physical units: images to shapes and poses, latents to shapes, shapes to
 * images.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import {
  type Compiled,
  type GraphFunction,
  graphFunction,
  jit,
  type Program,
} from "@/engine/graph/jit.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createLearner } from "@/method/registry.ts";
import type { Learner } from "@/model/learner.ts";
import { Pass } from "@/model/pass.ts";
import { THRESHOLD } from "@/render/voxel_grid.ts";
import { runInBatches } from "./batched.ts";
import { loadParameters } from "./weights.ts";

/** What a model makes of one batch of images; plain arrays, S = image size, G = side of the grid. */
export interface Reconstruction {
  /** The shape latent `[B, Z]`. */
  readonly latent: Float32Array;
  /** Azimuth of the camera `[B]`, radians. */
  readonly azimuth: Float32Array;
  /** Elevation of the camera `[B]`, radians; 0 where poses have none. */
  readonly elevation: Float32Array;
  /** Occupancy of the voxels `[B, G, G, G]`, in [0, 1]. */
  readonly occupancy: Float32Array;
  /** What the camera sees `[B, S, S]`, before any texture. */
  readonly projection: Float32Array;
  /** What is compared with the image `[B, S, S]`: the projection, textured if there is that layer. */
  readonly rendering: Float32Array;
}

/** What the encoder makes of images: the posteriors q(z|x) of their shape latents. */
export interface Encoding {
  /** `[B, Z]` */
  readonly mean: Float32Array;
  /** `[B, Z]`, natural logarithm of the variance. */
  readonly logVariance: Float32Array;
}

/** What a trained model can do. */
export type InferenceFunctions = {
  /** Images to latents, poses, voxels and renderings: a `Reconstruction` of tensors. */
  readonly reconstruct: GraphFunction<"images", keyof Reconstruction>;
  /** Images to the posteriors of their shape latents: an `Encoding` of tensors. */
  readonly encode: GraphFunction<"images", keyof Encoding>;
  /** Shape latents to voxels. */
  readonly decode: GraphFunction<"latent", "occupancy">;
  /** Voxels and azimuths to projections. */
  readonly render: GraphFunction<"occupancy" | "azimuth", "projection">;
};

/** What a model infers with. */
export interface InferenceOptions {
  /** Reads the parameters. */
  readonly parameters: () => Readonly<Record<string, tf.Tensor>>;
  /** Gives the steps that they were trained for `[]`, float32: what schedules go by. */
  readonly step: () => tf.Scalar;
  /** Images or latents in one call. */
  readonly batchSize: number;
  /** Side of the images. */
  readonly imageSize: number;
}

/** Makes the passes of a trained model: no draws, no batch statistics. Traced. */
export function trainedPass(
  { parameters, step }: Pick<InferenceOptions, "parameters" | "step">,
): Pass {
  const seed = tf.zeros([2], "int32") as tf.Tensor1D;
  return new Pass({ values: parameters(), seed, step: step(), isTraining: false });
}

/** Makes the functions of a trained model, ready to be compiled with others that share its variables. */
export function inferenceFunctions(
  learner: Learner,
  options: InferenceOptions,
): InferenceFunctions {
  const { latentSize, gridSize } = learner;
  const { batchSize, imageSize } = options;
  const pass = () => trainedPass(options);
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const images = float(batchSize, imageSize, imageSize, 1);
  const occupancy = float(batchSize, gridSize, gridSize, gridSize);
  return {
    reconstruct: graphFunction({ images }, (inputs) => {
      const { pose, ...made } = learner.infer(pass(), inputs.images as tf.Tensor4D);
      const { azimuth, elevation = tf.zerosLike(azimuth) } = pose;
      return { ...made, azimuth, elevation };
    }),
    encode: graphFunction({ images }, (inputs) => {
      const { mean, logVariance } = learner.encode(pass(), inputs.images as tf.Tensor4D);
      return { mean, logVariance };
    }),
    decode: graphFunction({ latent: float(batchSize, latentSize) }, (inputs) => ({
      occupancy: learner.decode(pass(), inputs.latent as tf.Tensor2D),
    })),
    render: graphFunction({ occupancy, azimuth: float(batchSize) }, (inputs) => ({
      projection: learner.render(inputs.occupancy as tf.Tensor4D, {
        azimuth: inputs.azimuth as tf.Tensor1D,
      }),
    })),
  };
}

/** A trained model that can be asked; frees its graph when disposed. */
export class Inference implements Disposable {
  readonly #functions: InferenceFunctions;
  readonly #program: Program<InferenceFunctions>;
  /** Images in one call; fewer are filled up. */
  readonly batchSize: number;
  /** G, the side of the voxel grids. */
  readonly gridSize: number;
  /** Cells on each side of the grid that no image shows; see `Learner`. */
  readonly border: number;
  /** How much light a full cell takes; see `Learner`. */
  readonly opacity?: number;
  /** Least occupancy of a voxel that counts as filled. */
  readonly threshold: number;
  /** Whether what no level view can show counts as matter where shapes are scored or exported. */
  readonly makesSolids: boolean;
  /** Whether `refine` takes the model. */
  readonly canRefine: boolean;

  /**
   * Compiles the model.
   *
   * @param config The config that the weights were trained with
   * @param weights What `trainedWeights` takes: the values of a checkpoint, by name
   * @param options `batchSize` of the compiled functions: the training's unless given, at most that;
   *   `step` after which the weights were saved: the run's last unless given
   * @throws What `trainedWeights` throws
   */
  constructor(
    config: Config,
    weights: NamedArrays,
    options: { batchSize?: number; step?: number } = {},
  ) {
    const { batchSize = config.batchSize, step = config.steps } = options;
    this.batchSize = batchSize;
    const learner = createLearner(config);
    this.gridSize = learner.gridSize;
    this.border = learner.border ?? 0;
    if (learner.opacity !== undefined) this.opacity = learner.opacity;
    this.threshold = learner.threshold ?? THRESHOLD;
    this.makesSolids = learner.makesSolids ?? false;
    this.canRefine = learner.refinement !== undefined;
    this.#functions = inferenceFunctions(learner, {
      parameters: loadParameters(learner, weights),
      step: () => tf.scalar(step),
      batchSize,
      imageSize: config.imageSize,
    });
    this.#program = jit(this.#functions);
  }

  /**
   * Infers shape and pose of images and renders them again.
   *
   * @param images `[N, S, S]` in [0, 1], N >= 1
   * @returns Arrays with N rows
   */
  reconstruct(images: Float32Array): Reconstruction {
    return this.#inBatches("reconstruct", { images });
  }

  /**
   * Encodes images without making shapes of them, which is most of the work of `reconstruct`.
   * Latents are functions of the image alone, so images of any sets may be mixed.
   *
   * @param images `[N, S, S]` in [0, 1], N >= 1
   * @returns Arrays with N rows
   */
  encode(images: Float32Array): Encoding {
    return this.#inBatches("encode", { images });
  }

  /**
   * Decodes shape latents `[N, Z]`.
   *
   * @returns Occupancy `[N, G, G, G]` in [0, 1]
   */
  decode(latents: Float32Array): Float32Array {
    return this.#inBatches("decode", { latent: latents }).occupancy;
  }

  /**
   * Renders voxels from chosen azimuths, by a level camera and without any texture.
   *
   * @param occupancy `[N, G, G, G]` in [0, 1], as `decode` gives it
   * @param azimuth `[N]`, radians
   * @returns Projections `[N, S, S]` in [0, 1]
   * @throws {RangeError} If there are not as many azimuths as grids
   */
  render(occupancy: Float32Array, azimuth: Float32Array): Float32Array {
    return this.#inBatches("render", { occupancy, azimuth }).projection;
  }

  /** Frees the graph. */
  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  #inBatches<Name extends keyof InferenceFunctions>(
    name: Name,
    rows: Readonly<Record<InputOf<Name>, Float32Array>>,
  ): Record<OutputOf<Name>, Float32Array> {
    const { inputs } = this.#functions[name] as GraphFunction;
    return runInBatches(this.#program[name] as Compiled, inputs, rows);
  }
}

type InputOf<Name extends keyof InferenceFunctions> = InferenceFunctions[Name] extends
  GraphFunction<infer Input, string> ? Input : never;
type OutputOf<Name extends keyof InferenceFunctions> = InferenceFunctions[Name] extends
  GraphFunction<string, infer Output> ? Output : never;
