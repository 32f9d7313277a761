/**
 * Refinement of inference: the latent of each unseen image is moved until its shape looks like the image,
 * and the pose is searched again on the way.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { applyAdam } from "@/engine/adam.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";
import { createLearner } from "@/method/registry.ts";
import { runInBatches } from "./batched.ts";
import { type Reconstruction, trainedPass } from "./inference.ts";
import { loadParameters } from "./weights.ts";

/** How far to refine. The defaults cost about a second an image on two CPU cores. */
export interface RefineOptions {
  /** Steps of Adam. */
  readonly steps?: number;
  /** Steps between searches for the pose. */
  readonly searchEvery?: number;
  /** Adam's step size. */
  readonly learningRate?: number;
}

/**
 * Infers shapes and poses of images as `Inference.reconstruct` does, then refines them: by default 100
 * steps of Adam on each latent, with a new search for the pose every 25.
 *
 * @param config The config that the weights were trained with
 * @param weights What `trainedWeights` takes: the values of a checkpoint, by name
 * @param images `[N, S, S]` in [0, 1], N >= 1
 * @param options How far
 * @returns Arrays with N rows
 * @throws {RangeError} If the method has no refinement, weights are missing, images have another size, or
 *   options are out of bounds
 */
export function refine(
  config: Config,
  weights: NamedArrays,
  images: Float32Array,
  options: RefineOptions = {},
): Reconstruction {
  const { steps = 100, searchEvery = 25, learningRate = 0.02 } = options;
  const { imageSize } = config;
  const learner = createLearner(config);
  const { refinement, latentSize } = learner;
  if (!refinement) {
    throw new RangeError(
      `Cannot refine: the method must have a refinement, got ${config.method}; train with --method searched`,
    );
  }
  for (const [name, count] of Object.entries({ steps, searchEvery })) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new RangeError(`Cannot refine: ${name} must be an integer >= 1, got ${count}`);
  }
  const area = imageSize ** 2;
  const count = images.length / area;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `Cannot refine: images must have ${area} values each, got ${images.length} in all`,
    );
  }
  const batchSize = Math.min(count, config.batchSize);
  const trained = {
    parameters: loadParameters(learner, weights),
    step: () => tf.scalar(config.steps),
  };
  const pass = () => trainedPass(trained);
  const rows = [batchSize, latentSize];
  const [latent, first, second] = ["latent", "first", "second"].map((name) =>
    new Variable(`refine/${name}`, rows)
  ) as [Variable, Variable, Variable];
  const [azimuth, elevation] = ["azimuth", "elevation"].map((name) =>
    new Variable(`refine/${name}`, [batchSize])
  ) as [Variable, Variable];
  const poses = () => ({
    azimuth: azimuth.read() as tf.Tensor1D,
    elevation: elevation.read() as tf.Tensor1D,
  });
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const image = float(batchSize, imageSize, imageSize, 1);
  using program = jit({
    start: graphFunction({ images: image }, (inputs) => {
      latent.assign(learner.infer(pass(), inputs.images as tf.Tensor4D).latent);
      for (const moment of [first, second]) moment.assign(tf.zeros(rows));
      return { done: tf.scalar(0) };
    }),
    search: graphFunction({ images: image }, (inputs) => {
      const images = inputs.images as tf.Tensor4D;
      const pose = refinement.pose(pass(), latent.read() as tf.Tensor2D, images);
      azimuth.assign(pose.azimuth);
      elevation.assign(pose.elevation ?? tf.zerosLike(pose.azimuth));
      return { done: tf.scalar(0) };
    }),
    move: graphFunction({ images: image, step: float() }, ({ images, step }) => {
      const pose = poses();
      const loss = (z: tf.Tensor) =>
        tf.sum(refinement.loss(pass(), z as tf.Tensor2D, pose, images as tf.Tensor4D)) as tf.Scalar;
      const { value, grad } = tf.valueAndGrad(loss)(latent.read());
      applyAdam(latent, { first, second }, grad, step as tf.Scalar, tf.scalar(learningRate));
      return { loss: value };
    }),
    read: graphFunction({ images: image }, (inputs) => {
      const images = inputs.images as tf.Tensor4D;
      const z = latent.read() as tf.Tensor2D;
      const { pose: _, ...made } = refinement.infer(pass(), z, poses(), images);
      return { ...made, ...poses() };
    }),
  });
  const refined = (inputs: Readonly<Record<string, tf.Tensor>>) => {
    const feed = { images: inputs.images! };
    program.start(feed);
    for (let step = 0; step < steps; step++) {
      stopButton.check();
      if (step % searchEvery === 0) program.search(feed);
      program.move({ ...feed, step: tf.scalar(step) });
    }
    program.search(feed);
    return program.read(feed);
  };
  return runInBatches(refined, { images: image }, { images });
}
