/**
 * Times compiled functions, and the training step on synthetic images.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { record } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { createLearner } from "@/method/registry.ts";
import { type TruthArrays, type TruthField, truthShape } from "@/data/truth.ts";
import { nativeBackend } from "@/engine/native.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import { elementCount } from "@/engine/shapes.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";
import { medianOf } from "@/study/score/spread.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { createTrainer, type Trainer } from "@/train/trainer.ts";
import { processAge } from "./resources.ts";

/** How to measure. */
export interface TimingOptions {
  /** Uncounted first calls, which compile and fill caches. */
  readonly warmUp: number;
  /** Counted calls. */
  readonly repeat: number;
  /** Called after each call with the number of calls. */
  readonly onCall?: (count: number) => void;
}

/** Summary of times, in milliseconds. */
export interface Times {
  /** The median. */
  readonly medianMs: number;
  /** The shortest. */
  readonly fastestMs: number;
}

/** Measured times of the step. */
export interface StepTimes extends Times {
  /** The longest. */
  readonly slowestMs: number;
  /** Time to initialise the weights, trace the step and build its graph. */
  readonly compileMs: number;
  /** Seconds from the start of the process to the end of the first step. */
  readonly startUpSeconds: number;
  /** Where it ran. */
  readonly backend: "CPU" | "GPU";
}

/** Times each call of a function; returns the counted ones, in milliseconds. */
export function timeCalls(call: (i: number) => void, options: TimingOptions): number[] {
  const { warmUp, repeat, onCall } = options;
  const milliseconds: number[] = [];
  for (let i = 0; i < warmUp + repeat; i++) {
    stopButton.check();
    const before = performance.now();
    call(i);
    if (i >= warmUp) milliseconds.push(performance.now() - before);
    onCall?.(i + 1);
  }
  return milliseconds;
}

/** Summarises times; for an even number, the median is the mean of the middle two. */
export function summarize(milliseconds: readonly number[]): Times {
  return { medianMs: medianOf(milliseconds), fastestMs: Math.min(...milliseconds) };
}

/** Makes the images of a step `[R B, S, S, 1]`, uniform in [0, 1); times do not depend on the pixels. */
export function syntheticImages(
  { batchSize, replicas, imageSize, seed }: Config,
): Float32Array<ArrayBuffer> {
  const random = createRandom(seedFor(seed, "timing"));
  const count = replicas * batchSize * imageSize ** 2;
  return Float32Array.from({ length: count }, () => random.uniform());
}

/** Makes up what a learner is told of the images of a step: azimuths of 0, and full grids. */
export function syntheticTruth(config: Config, supervision: readonly TruthField[]): TruthArrays {
  const rows = { ...config, batchSize: config.replicas * config.batchSize };
  return Object.fromEntries(
    supervision.map((field) => [
      field,
      new Float32Array(elementCount(truthShape(field, rows))).fill(field === "azimuth" ? 0 : 1),
    ]),
  );
}

/**
 * Makes a function that times steps on synthetic images: upload, step, and reading the losses.
 *
 * @param trainer The model in training
 * @param together Steps per timing; steps flushed to the GPU together have no times of their own
 * @returns A function that takes at least the warm-up and the counted steps, each rounded up to
 *   multiples of `together`, and returns milliseconds per step for each counted timing
 */
export function stepTimer(
  trainer: Trainer,
  config: Config,
  together = trainer.together,
): (options: TimingOptions) => number[] {
  const images = syntheticImages(config);
  const truth = syntheticTruth(config, trainer.supervision);
  let step = 0;
  const take = () => {
    for (let i = 0; i < together; i++) trainer.train(images, step++, truth);
    trainer.losses();
  };
  return ({ warmUp, repeat, onCall }) =>
    timeCalls(take, {
      warmUp: Math.ceil(warmUp / together),
      repeat: Math.ceil(repeat / together),
      onCall: (count) => onCall?.(Math.min(count * together, warmUp + repeat)),
    }).map((ms) => ms / together);
}

/**
 * Times whole steps.
 *
 * @param options `eager` runs every operation eagerly
 */
export function timeSteps(
  config: Config,
  options: TimingOptions & { readonly eager?: boolean },
): StepTimes {
  const start = performance.now();
  using trainer = createTrainer(config, { eager: options.eager ?? false });
  const compileMs = performance.now() - start;
  stepTimer(trainer, config, 1)({ warmUp: 0, repeat: 1 });
  const startUpSeconds = processAge();
  const milliseconds = stepTimer(trainer, config)(options);
  return {
    ...summarize(milliseconds),
    slowestMs: Math.max(...milliseconds),
    compileMs,
    startUpSeconds,
    backend: nativeBackend().isUsingGpuDevice ? "GPU" : "CPU",
  };
}

/** Counts the nodes of the step's graph as traced, before TensorFlow simplifies it. */
export function countNodes(config: Config): number {
  const learner = createLearner(config);
  using state = createState(learner, config.seed);
  const { inputs, run } = trainingStep(learner, state, config);
  const recorder = new Recorder();
  tf.tidy(() => {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, dtype }]) => [name, tf.zeros([...shape], dtype)]),
    );
    record(recorder, "step", feeds, () => run(feeds));
  });
  return recorder.nodes.length;
}
