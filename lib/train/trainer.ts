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
import { createState, type Snapshot } from "./state.ts";
import { trainingStep } from "./step.ts";

/** Losses of one step, by name; `loss` is the sum of the others, an opponent's terms apart. */
export type Losses = Readonly<Record<string, number>>;

/** A model in training. Frees its graph when disposed. */
export interface Trainer extends Disposable {
  /**
   * Takes one step and waits for its losses.
   *
   * @param images `[B, S, S, 1]` in [0, 1]
   * @param step Which one, from 0: it keys the step's random numbers and Adam's bias correction
   */
  train(images: Float32Array, step: number): Losses;
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
  const program = jit({
    step: trainingStep(model, state, config),
    snapshot: graphFunction({}, () => state.snapshot()),
    reconstruct: inferenceFunctions(model, () => state.parameters(), config, batchSize).reconstruct,
  }, { eager: options.eager ?? false, precision });
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, 1];
  return {
    train: (images, step) =>
      readAll(() =>
        program.step({
          images: tf.tensor4d(images, shape),
          seed: tf.tensor1d([seed, step], "int32"),
        }), ([value]) => value!),
    reconstruct: (images) =>
      readAll(
        () => program.reconstruct({ images: tf.tensor4d(images, shape) }),
        (values) => values,
      ),
    snapshot: () => readAll(() => program.snapshot({}), (values) => values),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      state[Symbol.dispose]();
    },
  };
}

/** Runs a function and brings its results to JavaScript; keeps no tensor. */
function readAll<Name extends string, T>(
  run: () => Record<Name, tf.Tensor>,
  map: (values: Float32Array) => T,
): Record<Name, T> {
  const values = {} as Record<Name, T>;
  tf.tidy(() => {
    for (const [name, tensor] of Object.entries<tf.Tensor>(run())) {
      values[name as Name] = map(tensor.dataSync() as Float32Array);
    }
  });
  return values;
}
