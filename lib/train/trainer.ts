/**
 * A model in training: its variables and the compiled functions that change and read them.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { graphFunction, jit } from "@/graph/jit.ts";
import { inferenceFunctions, type Reconstruction } from "@/model/inference.ts";
import { createModel } from "@/model/vae.ts";
import * as tf from "@/tf.ts";
import { CAPACITY, LossLog } from "./loss_log.ts";
import { createState, type Snapshot } from "./state.ts";
import { trainingStep } from "./step.ts";

/** Losses of one step, by name; `loss` is the sum of the others, an opponent's terms apart. */
export type Losses = Readonly<Record<string, number>>;

/** A model in training. Frees its graph when disposed. */
export interface Trainer extends Disposable {
  /**
   * Takes one step, without waiting for it on a graphics card.
   *
   * @param images `[B, S, S, 1]` in [0, 1]
   * @param step Which one, from 0: it keys the step's random numbers and Adam's bias correction
   */
  train(images: Float32Array, step: number): void;
  /** Waits for the steps taken since the last call and gives the losses of each, in order. */
  losses(): Losses[];
  /** Infers, decodes and renders `[B, S, S]` pictures with the present parameters. */
  reconstruct(images: Float32Array): Reconstruction;
  /** Reads every variable. */
  snapshot(): Snapshot;
}

/** How to train. */
export interface TrainerOptions {
  /** A checkpoint's values to go on from, instead of drawing new ones. */
  readonly snapshot?: Snapshot;
  /** Runs every operation by itself, for debugging; same losses, slower. */
  readonly eager?: boolean;
}

/** Makes the variables of a run and compiles its functions. */
export function createTrainer(config: Config, options: TrainerOptions = {}): Trainer {
  const { batchSize, imageSize, precision, seed } = config;
  const model = createModel(config);
  const state = createState(model, options.snapshot ?? seed);
  const log = new LossLog();
  const { inputs, run } = trainingStep(model, state, config);
  const program = jit({
    step: graphFunction(inputs, (feeds) => {
      log.write(run(feeds), tf.cast(tf.slice(feeds.seed!, [1], [1]), "float32").reshape([]));
      return { seed: feeds.seed! }; // known to the host, which need not wait for it
    }),
    losses: graphFunction({}, () => ({ values: log.read() })),
    snapshot: graphFunction({}, () => state.snapshot()),
    reconstruct: inferenceFunctions(model, () => state.parameters(), config, batchSize).reconstruct,
  }, { eager: options.eager ?? false, precision });
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, 1];
  let waiting: number[] = []; // steps whose losses only the log has
  let read: Losses[] = [];
  const readLog = () => {
    if (waiting.length === 0) return;
    const { values } = readAll(() => program.losses({}));
    read.push(...waiting.map((step) => log.lossesOf(values, step)));
    waiting = [];
  };
  return {
    train(images, step) {
      tf.tidy(() => {
        program.step({
          images: tf.tensor4d(images, shape),
          seed: tf.tensor1d([seed, step], "int32"),
        });
      });
      waiting.push(step);
      if (waiting.length === CAPACITY) readLog();
    },
    losses() {
      readLog();
      const losses = read;
      read = [];
      return losses;
    },
    reconstruct: (images) =>
      readAll(() => program.reconstruct({ images: tf.tensor4d(images, shape) })),
    snapshot: () => readAll(() => program.snapshot({})),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      state[Symbol.dispose]();
      log[Symbol.dispose]();
    },
  };
}

/** Takes one step and waits for its losses; as `Trainer.train` and `Trainer.losses`. */
export function trainStep(trainer: Trainer, images: Float32Array, step: number): Losses {
  trainer.train(images, step);
  return trainer.losses().at(-1)!;
}

/** Runs a function and brings its results to JavaScript; keeps no tensor. */
function readAll<Name extends string>(
  run: () => Record<Name, tf.Tensor>,
): Record<Name, Float32Array> {
  const values = {} as Record<Name, Float32Array>;
  tf.tidy(() => {
    for (const [name, tensor] of Object.entries<tf.Tensor>(run())) {
      values[name as Name] = tensor.dataSync() as Float32Array;
    }
  });
  return values;
}
