/**
 * A trained model at work: images to latents and shapes, latents to shapes, shapes to images.
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
  type TensorSpec,
} from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { elevationOf } from "@/render/camera.ts";
import * as tf from "@/engine/tf.ts";
import { elementCount } from "@/engine/shapes.ts";
import type { Pass } from "@/model/parameters.ts";
import { createModel, type Model } from "@/method/vae.ts";

/** What a model makes of one batch of images; plain arrays, S = image size. */
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
  /** What the image is compared with `[B, S, S]`: the projection, textured if there is that layer. */
  readonly rendering: Float32Array;
}

/** What the encoder makes of images: the posteriors q(z|x) of their shape latents. */
export interface Encoding {
  /** `[B, Z - 1]` */
  readonly mean: Float32Array;
  /** `[B, Z - 1]`, natural logarithm of the variance. */
  readonly logVariance: Float32Array;
}

/** What a trained model can do. */
export type InferenceFunctions = {
  /** Images to latents, voxels and renderings: a `Reconstruction` of tensors. */
  readonly reconstruct: GraphFunction<"images", keyof Reconstruction>;
  /** Images to the posteriors of their shape latents: an `Encoding` of tensors. */
  readonly encode: GraphFunction<"images", keyof Encoding>;
  /** Shape latents to voxels. */
  readonly decode: GraphFunction<"latent", "density">;
  /** Voxels and pose latents to projections. */
  readonly render: GraphFunction<"density" | "pose", "projection">;
};

/**
 * Makes the functions of a trained model, ready to be compiled with others that share its variables.
 *
 * @param model The model
 * @param parameters Reads its parameters
 * @param config Sizes
 * @param batchSize Images or latents in one call
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
  const images = float(batchSize, imageSize, imageSize, 1);
  const density = float(batchSize, imageSize, imageSize, imageSize);
  return {
    reconstruct: graphFunction({ images }, (inputs) => {
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
    encode: graphFunction({ images }, (inputs) => {
      const { mean, logVariance } = model.encode(pass(), inputs.images as tf.Tensor4D);
      return { mean, logVariance };
    }),
    decode: graphFunction({ latent: float(batchSize, latentSize - 1) }, (inputs) => ({
      density: tf.div(model.decode(pass(), inputs.latent as tf.Tensor2D), tau),
    })),
    render: graphFunction({ density, pose: float(batchSize) }, (inputs) => {
      const occupancy = tf.mul(inputs.density, tau) as tf.Tensor4D;
      return { projection: model.render(occupancy, { s: inputs.pose as tf.Tensor1D }) };
    }),
  };
}

/** A trained model that can be asked; frees its graph when disposed. */
export class Inference implements Disposable {
  readonly #functions: InferenceFunctions;
  readonly #program: Program<InferenceFunctions>;
  /** Images in one call; fewer are filled up. */
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
    this.#functions = inferenceFunctions(model, parameters, config, this.batchSize);
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
   * Decodes shape latents `[N, Z - 1]`.
   *
   * @returns Density `[N, S, S, S]`
   */
  decode(latents: Float32Array): Float32Array {
    return this.#inBatches("decode", { latent: latents }).density;
  }

  /**
   * Renders voxels from chosen azimuths, by a level camera and without the texture layer.
   *
   * @param density `[N, S, S, S]`, in [0, 1 / tau], as `decode` gives it
   * @param pose Pose latents `[N]` in [-1, 1], which stand for the azimuths (pose + 1) pi
   * @returns Projections `[N, S, S]` in [0, 1)
   * @throws {RangeError} If there are not as many poses as grids
   */
  render(density: Float32Array, pose: Float32Array): Float32Array {
    return this.#inBatches("render", { density, pose }).projection;
  }

  /** Frees the graph. */
  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }

  /** Cuts rows into batches, fills the last one up with zeros, and joins what comes back. */
  #inBatches<Name extends keyof InferenceFunctions>(
    name: Name,
    rows: Readonly<Record<InputOf<Name>, Float32Array>>,
  ): Record<OutputOf<Name>, Float32Array> {
    const run = this.#program[name] as Compiled;
    const inputs = Object.entries<TensorSpec>(this.#functions[name].inputs).map((
      [input, { shape }],
    ) => ({ input, shape, values: rows[input as InputOf<Name>] }));
    const count = countRows(inputs);
    const results: Record<string, Float32Array> = {};
    for (let start = 0; start < count; start += this.batchSize) {
      tf.tidy(() => {
        const feeds = inputs.map(({ input, shape, values }) => {
          const length = elementCount(shape.slice(1));
          const batch = new Float32Array(this.batchSize * length);
          batch.set(values.subarray(start * length, (start + this.batchSize) * length));
          return [input, tf.tensor(batch, [...shape])] as const;
        });
        for (const [output, tensor] of Object.entries(run(Object.fromEntries(feeds)))) {
          const length = tensor.size / this.batchSize;
          const result = results[output] ??= new Float32Array(count * length);
          const wanted = Math.min(this.batchSize, count - start) * length;
          result.set((tensor.dataSync() as Float32Array).subarray(0, wanted), start * length);
        }
      });
    }
    return results as Record<OutputOf<Name>, Float32Array>;
  }
}

type InputOf<Name extends keyof InferenceFunctions> = InferenceFunctions[Name] extends
  GraphFunction<infer Input, string> ? Input : never;
type OutputOf<Name extends keyof InferenceFunctions> = InferenceFunctions[Name] extends
  GraphFunction<string, infer Output> ? Output : never;

/** What is fed to one input: rows, of which the compiled function takes a batch `[B, ...]`. */
interface Rows {
  readonly input: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Counts the rows of every input, which must be as many. */
function countRows(inputs: readonly Rows[]): number {
  const counts = inputs.map(({ shape, values }) => {
    const rowLength = elementCount(shape.slice(1));
    const count = values.length / rowLength;
    if (Number.isInteger(count) && count > 0) return count;
    throw new RangeError(
      `Cannot run the model: rows must have ${rowLength} values each, got ${values.length} in all`,
    );
  });
  const odd = counts.findIndex((count) => count !== counts[0]);
  if (odd >= 0) {
    throw new RangeError(
      `Cannot run the model: ${inputs[odd]!.input} must have as many rows as ${
        inputs[0]!.input
      }, ` +
        `${counts[0]}, got ${counts[odd]}`,
    );
  }
  return counts[0]!;
}
