/**
 * Times compiled functions, and the training step on made-up images.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { record } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { createLearner } from "@/method/registry.ts";
import { nativeBackend } from "@/engine/native.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { createTrainer, stepsTogether, type Trainer } from "@/train/trainer.ts";
import { processAge } from "./resources.ts";

/** How to measure. */
export interface TimingOptions {
  /** Calls that are made first and not counted: they compile and fill caches. */
  readonly warmUp: number;
  /** Calls that are counted. */
  readonly repeat: number;
  /** Told after each call how many were made. */
  readonly onCall?: (count: number) => void;
}

/** The times of one thing, in milliseconds. */
export interface Times {
  /** The middle one. */
  readonly medianMs: number;
  /** The shortest. */
  readonly fastestMs: number;
}

/** What was measured of the step. */
export interface StepTimes extends Times {
  /** The longest. */
  readonly slowestMs: number;
  /** Time to draw the weights, trace the step and build its graph. */
  readonly compileMs: number;
  /** Seconds from the start of the process to the end of the first step. */
  readonly startUpSeconds: number;
  /** Where it ran. */
  readonly backend: "CPU" | "GPU";
}

/** Times calls of a function, each for itself; gives the counted ones, in milliseconds. */
export function timeCalls(call: (i: number) => void, options: TimingOptions): number[] {
  const { warmUp, repeat, onCall } = options;
  const milliseconds: number[] = [];
  for (let i = 0; i < warmUp + repeat; i++) {
    const before = performance.now();
    call(i);
    if (i >= warmUp) milliseconds.push(performance.now() - before);
    onCall?.(i + 1);
  }
  return milliseconds;
}

/** Sums times up; of an even number of them the median is the mean of the two in the middle. */
export function summarize(milliseconds: readonly number[]): Times {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const medianMs = sorted.length % 2
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { medianMs, fastestMs: sorted[0]! };
}

/** Makes the pixels of one batch `[B, S, S, 1]`, uniform in [0, 1): no time depends on them. */
export function syntheticImages({ batchSize, imageSize, seed }: Config): Float32Array {
  const random = createRandom(seedFor(seed, "timing"));
  return Float32Array.from({ length: batchSize * imageSize ** 2 }, () => random.uniform());
}

/**
 * Makes what takes steps on made-up images and times them: upload of the images, the step, reading
 * the losses.
 *
 * @param trainer The model in training
 * @param together How many steps are timed together: those that are handed over together have no time each
 * @returns Takes at least so many steps, the warm-up's and those that count, each at least once
 *   `together`; gives the milliseconds of a step for each of the latter
 */
export function stepTimer(
  trainer: Trainer,
  config: Config,
  together = stepsTogether(),
): (options: TimingOptions) => number[] {
  const images = syntheticImages(config);
  let step = 0;
  const take = () => {
    for (let i = 0; i < together; i++) trainer.train(images, step++);
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
 * @param options `eager` runs every operation by itself
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

/** Counts the nodes of the step's graph as it is traced, before TensorFlow simplifies it. */
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
