/**
 * A trained model at work: pictures to shapes, latents to shapes.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type GraphFunction, graphFunction, jit, type Program } from "@/graph/jit.ts";
import { Variable } from "@/graph/variable.ts";
import { elevationOf } from "@/render/camera.ts";
import * as tf from "@/tf.ts";
import { elementCount } from "@/shapes.ts";
import type { Pass } from "./parameters.ts";
import { createModel, type Model } from "./vae.ts";

/** What a model makes of one batch of pictures; plain arrays, S = image size. */
export interface Reconstruction {
  /** Mean of the shape latent `[B, Z - 1]`. */
  readonly latent: Float32Array;
  /** Pose latent `[B]` in (-1, 1). */
  readonly pose: Float32Array;
  /** Elevation `[B]` in radians; 0 where poses have none. */
  readonly elevation: Float32Array;
  /** Density of the voxels `[B, S, S, S]`, in (0, 1 / tau). */
  readonly density: Float32Array;
  /** What the camera sees `[B, S, S]`, before any texture. */
  readonly projection: Float32Array;
  /** What the picture is compared with `[B, S, S]`: the projection, textured if there is that layer. */
  readonly rendering: Float32Array;
}

/** What a trained model can do. */
export type InferenceFunctions = {
  /** Pictures to latents, voxels and renderings: a `Reconstruction` of tensors. */
  readonly reconstruct: GraphFunction<"images", keyof Reconstruction>;
  /** Shape latents to voxels. */
  readonly decode: GraphFunction<"latent", "density">;
};

/**
 * Makes the functions of a trained model, ready to be compiled with others that share its variables.
 *
 * @param model The model
 * @param parameters Reads its parameters
 * @param config Sizes
 * @param batchSize Pictures or latents in one call
 */
export function inferenceFunctions(
  model: Model,
  parameters: () => Readonly<Record<string, tf.Tensor>>,
  { imageSize, latentSize, tau }: Config,
  batchSize: number,
): InferenceFunctions {
  const pass = (): Pass => ({
    values: parameters(),
    isTraining: false,
    seed: tf.zeros([2], "int32"),
    statistics: {},
  });
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  return {
    reconstruct: graphFunction({ images: float(batchSize, imageSize, imageSize, 1) }, (inputs) => {
      const forward = model.forward(pass(), inputs.images as tf.Tensor4D);
      const { s, tilt } = forward.pose;
      return {
        latent: forward.posterior.mean,
        pose: s,
        elevation: tilt ? elevationOf(tilt) : tf.zerosLike(s),
        density: tf.div(forward.occupancy, tau),
        projection: forward.projection,
        rendering: forward.textured ?? forward.projection,
      };
    }),
    decode: graphFunction({ latent: float(batchSize, latentSize - 1) }, (inputs) => ({
      density: tf.div(model.decode(pass(), inputs.latent as tf.Tensor2D), tau),
    })),
  };
}

/** A trained model that can be asked; frees its graph when disposed. */
export class Inference implements Disposable {
  readonly #program: Program<InferenceFunctions>;
  readonly #config: Config;
  /** Pictures in one call; fewer are filled up. */
  readonly batchSize: number;

  /**
   * Compiles the model.
   *
   * @param config The config that the weights were trained with
   * @param weights The parameters' values, by name, as a checkpoint holds them
   * @param options `batchSize` of the compiled functions: the training's unless given, at most that
   * @throws {RangeError} If weights are missing or have another size
   */
  constructor(
    config: Config,
    weights: Readonly<Record<string, Float32Array>>,
    options: { batchSize?: number } = {},
  ) {
    this.#config = config;
    this.batchSize = options.batchSize ?? config.batchSize;
    const model = createModel(config);
    const variables = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => {
        const values = weights[name];
        const count = elementCount(shape);
        if (values?.length !== count) {
          throw new RangeError(
            `Cannot load weights: ${name} must have ${count} values, got ${values?.length ?? 0}; ` +
              `load the checkpoint made with this config`,
          );
        }
        return [name, new Variable(name, [...shape], values)];
      }),
    );
    const parameters = () =>
      Object.fromEntries(
        Object.entries(variables).map(([name, variable]) => [name, variable.read()]),
      );
    this.#program = jit(inferenceFunctions(model, parameters, config, this.batchSize));
  }

  /**
   * Infers shape and pose of pictures and renders them again.
   *
   * @param images `[N, S, S]` in [0, 1], N >= 1
   * @returns Arrays with N rows
   */
  reconstruct(images: Float32Array): Reconstruction {
    const { imageSize } = this.#config;
    const shape = [this.batchSize, imageSize, imageSize, 1];
    return this.#inBatches(images, shape, (images) => this.#program.reconstruct({ images }));
  }

  /**
   * Decodes shape latents `[N, Z - 1]`.
   *
   * @returns Density `[N, S, S, S]`
   */
  decode(latents: Float32Array): Float32Array {
    const shape = [this.batchSize, this.#config.latentSize - 1];
    return this.#inBatches(latents, shape, (latent) => this.#program.decode({ latent })).density;
  }

  /** Frees the graph. */
  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  /** Cuts rows into batches, fills the last one up with zeros, and joins what comes back. */
  #inBatches<Name extends string>(
    rows: Float32Array,
    shape: number[],
    run: (batch: tf.Tensor) => Record<Name, tf.Tensor>,
  ): Record<Name, Float32Array> {
    const rowLength = elementCount(shape.slice(1));
    const count = rows.length / rowLength;
    if (!Number.isInteger(count) || count === 0) {
      throw new RangeError(
        `Cannot run the model: rows must have ${rowLength} values each, got ${rows.length} in all`,
      );
    }
    const results = {} as Record<Name, Float32Array>;
    for (let start = 0; start < count; start += this.batchSize) {
      const batch = new Float32Array(this.batchSize * rowLength);
      batch.set(rows.subarray(start * rowLength, (start + this.batchSize) * rowLength));
      tf.tidy(() => {
        for (const [name, tensor] of Object.entries<tf.Tensor>(run(tf.tensor(batch, shape)))) {
          const length = tensor.size / this.batchSize;
          const result = results[name as Name] ??= new Float32Array(count * length);
          const wanted = Math.min(this.batchSize, count - start);
          result.set(
            (tensor.dataSync() as Float32Array).subarray(0, wanted * length),
            start * length,
          );
        }
      });
    }
    return results;
  }
}
