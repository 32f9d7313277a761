/**
 * The realism gap: how much less a run's own discriminator believes renders of unseen shapes from new
 * azimuths than it believes images. It needs no truth, and tells runs that found shapes and poses from
 * those that ended in a wrong basin, where shapes are right from one side only.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type Compiled, type GraphFunction, graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createLearner } from "@/method/registry.ts";
import type { Learner } from "@/model/learner.ts";
import { runInBatches } from "./batched.ts";
import { type InferenceOptions, trainedPass } from "./inference.ts";
import { loadParameters } from "./weights.ts";

/** Views of each unseen shape. Choice: 8, which makes 2,048 views of 256 images. */
const VIEWS = 8;

/** Images of both splits, to compare what a model makes of one with the other. */
export interface Samples {
  /** Training images `[N, S, S]` in [0, 1], as they are. */
  readonly seen: Float32Array;
  /** Images that were not trained on `[M, S, S]` in [0, 1]. */
  readonly unseen: Float32Array;
}

/** Scores rows of images, and of views of their shapes. */
export interface Judge {
  /** Images `[N, S, S]` to logits `[N]`. */
  scoreImages(images: Float32Array): Float32Array;
  /** Images `[N, S, S]` and azimuths `[N, V]`, radians, to logits `[N, V]` of views of their shapes. */
  scoreViews(images: Float32Array, azimuth: Float32Array): Float32Array;
}

/** What a judge is made of. */
export type RealismFunctions = {
  /** Images to logits. */
  readonly scoreImages: GraphFunction<"images", "score">;
  /** Images and azimuths to logits of views of their shapes. */
  readonly scoreViews: GraphFunction<"images" | "azimuth", "score">;
};

/** Makes the functions of a judge, ready to be compiled; none without a discriminator of images. */
export function realismFunctions(
  { realism }: Learner,
  options: InferenceOptions,
): RealismFunctions | undefined {
  if (!realism) return undefined;
  const { batchSize, imageSize } = options;
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const images = float(batchSize, imageSize, imageSize, 1);
  return {
    scoreImages: graphFunction({ images }, (inputs) => ({
      score: realism.images(trainedPass(options), inputs.images as tf.Tensor4D),
    })),
    scoreViews: graphFunction({ images, azimuth: float(batchSize, VIEWS) }, (inputs) => ({
      score: realism.views(
        trainedPass(options),
        inputs.images as tf.Tensor4D,
        inputs.azimuth as tf.Tensor2D,
      ),
    })),
  };
}

/** Makes a judge of its functions and their compiled calls. */
export function judgeOf(
  functions: RealismFunctions,
  program: Readonly<Record<keyof RealismFunctions, Compiled<string, "score">>>,
): Judge {
  const score = (name: keyof RealismFunctions, rows: Record<string, Float32Array>) =>
    runInBatches(program[name], functions[name].inputs, rows).score;
  return {
    scoreImages: (images) => score("scoreImages", { images }),
    scoreViews: (images, azimuth) => score("scoreViews", { images, azimuth }),
  };
}

/**
 * Gives the realism gap by a judge.
 *
 * gap = mean of D(render(shape of unseen image, azimuth)) - mean of D(training image), D being the logit
 * of "an image of the data". The azimuths are uniform draws, the same in every run, 8 of each image.
 *
 * @param judge Scores images and views
 * @param samples Training images, and unseen ones
 * @param imageSize S
 * @returns Logits; 0 where views look as real as images
 */
export function gapOf(judge: Judge, { seen, unseen }: Samples, imageSize: number): number {
  const random = createRandom(seedFor(0, "realism/azimuth"));
  const count = VIEWS * unseen.length / imageSize ** 2;
  const azimuth = Float32Array.from({ length: count }, () => random.uniform(0, 2 * Math.PI));
  return mean(judge.scoreViews(unseen, azimuth)) - mean(judge.scoreImages(seen));
}

/**
 * Gives the realism gap of a trained model; see `gapOf`. Shapes are those of averaged parameters, where
 * there are averages; the discriminator is the one that was trained.
 *
 * @param config The config that the weights were trained with
 * @param weights The parameters' values, by name, as a checkpoint holds them
 * @param samples Training images, and unseen ones
 * @param options `step` after which the weights were saved: the run's last unless given
 * @throws {RangeError} If the method has no discriminator of images, or weights or samples do not fit
 */
export function realismGap(
  config: Config,
  weights: NamedArrays,
  samples: Samples,
  options: { step?: number } = {},
): number {
  const { batchSize, imageSize } = config;
  const learner = createLearner(config);
  if (!learner.realism) {
    throw new RangeError(
      `Cannot compute the realism gap: the method must have a discriminator of images, got ` +
        `${config.method}; train with --method searched`,
    );
  }
  const functions = realismFunctions(learner, {
    parameters: loadParameters(learner, weights, Object.keys(learner.parameters)),
    step: () => tf.scalar(options.step ?? config.steps),
    batchSize,
    imageSize,
  })!;
  using program = jit(functions);
  return gapOf(judgeOf(functions, program), samples, imageSize);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
