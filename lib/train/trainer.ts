/**
 * A model in training: its variables and the compiled functions that change and read them.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { collectLater } from "@/graph/collect.ts";
import { graphFunction, jit } from "@/graph/jit.ts";
import { inferenceFunctions, type Reconstruction } from "@/model/inference.ts";
import { createModel } from "@/model/vae.ts";
import * as tf from "@/tf.ts";
import { createState, type Snapshot } from "./state.ts";
import { trainingStep } from "./step.ts";

/** Losses of one step, by name; `loss` is the sum of the others. */
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
  /**
   * Begins one step, as `train`; a graphics card computes it while the next one is prepared.
   *
   * @param images As for `train`; they must stay as they are until the losses are there
   * @param step As for `train`
   */
  begin(images: Float32Array, step: number): void;
  /** Waits for the steps begun since the last call and gives their losses, in order. */
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

/** How many steps can be begun before their losses are read. */
const MOST_BEGUN = 64;

/** Makes the variables of a run and compiles its functions. */
export function createTrainer(config: Config, options: TrainerOptions = {}): Trainer {
  const { batchSize, imageSize, precision, seed } = config;
  const model = createModel(config);
  const state = createState(model, options.snapshot ?? seed);
  const step = collectLater(trainingStep(model, state, config), MOST_BEGUN);
  const program = jit({
    step: step.call,
    losses: step.read,
    snapshot: graphFunction({}, () => state.snapshot()),
    reconstruct: inferenceFunctions(model, () => state.parameters(), config, batchSize).reconstruct,
  }, { eager: options.eager ?? false, precision });
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, 1];
  const feeds = (images: Float32Array, step: number, row: number) => ({
    images: tf.tensor4d(images, shape),
    seed: tf.tensor1d([seed, step], "int32"),
    row: tf.tensor1d([row], "int32"),
  });
  let begun = 0;
  const collected: Losses[] = [];
  const collect = () => {
    const kept = begun === 0 ? {} : readAll(() => program.losses({}));
    for (let row = 0; row < begun; row++) collected.push(mapValues(kept, (of) => of[row]!));
    begun = 0;
  };
  return {
    train: (images, step) => {
      const { done: _, ...losses } = readAll(() => program.step(feeds(images, step, 0)));
      return mapValues(losses, ([value]) => value!);
    },
    begin(images, step) {
      if (begun === MOST_BEGUN) collect();
      readAll(() => program.step(feeds(images, step, begun), ["done"]));
      begun++;
    },
    losses() {
      collect();
      return collected.splice(0);
    },
    reconstruct: (images) =>
      readAll(() => program.reconstruct({ images: tf.tensor4d(images, shape) })),
    snapshot: () => readAll(() => program.snapshot({})),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      state[Symbol.dispose]();
      step[Symbol.dispose]();
    },
  };
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

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
