/**
 * A model in training: its variables and the compiled functions that change and read them.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { TruthArrays, TruthField } from "@/data/truth.ts";
import { type Compiled, type GraphFunction, graphFunction, jit } from "@/engine/graph/jit.ts";
import { runInBatches } from "@/infer/batched.ts";
import { inferenceFunctions, type Reconstruction } from "@/infer/inference.ts";
import { gapOf, judgeOf, realismFunctions, type Samples } from "@/infer/realism.ts";
import { createLearner, networkSeed } from "@/method/registry.ts";
import { nativeBackend } from "@/engine/native.ts";
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createCopies, uploadsOf, workOf } from "./copies.ts";
import { fedShapes } from "./feed.ts";
import { CAPACITY, LossLog } from "./loss_log.ts";
import { oneDevice } from "./place/one_device.ts";
import type { Place, Worker } from "./place/place.ts";

/** Losses of one step, by name: `loss`, that of the last move, and the terms of all moves. */
export type Losses = Readonly<Record<string, number>>;

/** A model in training. Frees its graph when disposed. */
export interface Trainer extends Disposable {
  /** What the learner must be told of the images. */
  readonly supervision: readonly TruthField[];
  /** Steps that are handed over together. */
  readonly together: number;
  /**
   * Takes one step; on a graphics card, together with those after it and without waiting for them.
   *
   * @param images `[k B, S, S, 1]` in [0, 1], of the k replicas of the place one after the other
   * @param step Which one, from 0: it keys the step's random numbers and Adam's bias correction
   * @param truth What the learner is told of the images, as batches have it
   * @throws {TypeError} If the learner is to be told more
   */
  train(images: Float32Array, step: number, truth?: TruthArrays): void;
  /** Hands over the steps that wait for others: a graphics card computes them from now on. */
  flush(): void;
  /** Waits for the steps taken since the last call and gives the losses of each, in order. */
  losses(): Losses[];
  /** Infers, decodes and renders `[N, S, S]` images with the present parameters. */
  reconstruct(images: Float32Array): Reconstruction;
  /** Gives the realism gap with the present parameters; nothing where the learner has none. */
  realismGap(samples: Samples): number | undefined;
  /** Reads every variable; where other processes have replicas too, all of them must. */
  snapshot(): NamedArrays;
}

/** How to train. */
export interface TrainerOptions {
  /** A checkpoint's values to go on from, instead of drawing new ones. */
  readonly snapshot?: NamedArrays;
  /** Runs every operation by itself, for debugging; same losses, slower. */
  readonly eager?: boolean;
  /** Steps whose images are uploaded together, 1 to 64; as many as is fast unless given. */
  readonly together?: number;
  /** Steps in one program of XLA, 1 to `together`; as many as is fast unless given. */
  readonly inProgram?: number;
  /** Has XLA compile everything; by default on a GPU. */
  readonly useXla?: boolean;
  /** Where the config's replicas are computed; all on one device unless given. */
  readonly place?: Place;
}

/**
 * Gives how many steps are handed over together. On a graphics card an upload takes as long as two steps,
 * so it is to serve as many as the log can hold; on a processor nothing is gained by waiting.
 */
export function stepsTogether(): number {
  return nativeBackend().isUsingGpuDevice ? CAPACITY : 1;
}

/**
 * Steps that a program of XLA takes on a GPU, between which it does not wait for the host. What is left
 * over is taken one by one.
 */
const IN_PROGRAM = 8;

/** The most bytes that are uploaded together unless more is asked for; true shapes take a lot. */
const MOST_BYTES = 2 ** 28;

/**
 * Makes the variables of a run and compiles its functions.
 *
 * @param config What is trained
 * @param options From where on, and how
 * @throws {RangeError} If `together` is no integer from 1 to 64, or `inProgram` none from 1 to `together`,
 *   the snapshot is of another config, the place is one for other replicas, or it cannot run eagerly
 */
export function createTrainer(config: Config, options: TrainerOptions = {}): Trainer {
  const { batchSize, imageSize, precision } = config;
  const { place = oneDevice(config.replicas), eager = false } = options;
  checkPlace(place, config, eager);
  const seed = networkSeed(config);
  const learner = createLearner(config);
  const { supervision = [] } = learner;
  const rows = { ...config, batchSize: place.replicas.count * batchSize };
  const bytes = 4 * fedShapes(rows, supervision)
    .reduce((sum, [, shape]) => sum + elementCount(shape), 0);
  const { together: most = CAPACITY } = place;
  const fast = Math.min(stepsTogether(), Math.floor(MOST_BYTES / bytes), most);
  const { together = Math.max(1, fast) } = options;
  requireCount("together", together, CAPACITY);
  const { useXla = place.jit.useXla ?? nativeBackend().isUsingGpuDevice } = options;
  const { inProgram = useXla && !eager ? Math.min(IN_PROGRAM, together) : 1 } = options;
  requireCount("inProgram", inProgram, together);
  const copies = createCopies(place, config, { learner, from: options.snapshot ?? seed, together });
  const { worker, state, feed, step } = copies[0]!;
  const log = new LossLog();
  const placed = place.placeStep(
    copies.map((copy, i) => workOf(copy, i === 0 ? log : undefined)),
    inProgram,
  );
  const inferenceOptions = {
    parameters: () => state.readTrained(),
    step: () => feed.step(),
    batchSize,
    imageSize,
  };
  const { reconstruct } = inferenceFunctions(learner, inferenceOptions);
  const realism = realismFunctions(learner, inferenceOptions);
  const uploads = uploadsOf(copies);
  const program = jit({
    feed: graphFunction<string, "done">({
      ...Object.fromEntries(
        uploads.map(({ input, shape }) => [input, { shape, dtype: "float32" }]),
      ),
      step: { shape: [], dtype: "float32" },
    }, ({ step, ...fed }) => {
      for (const { worker, feed } of copies) {
        const own = uploads.filter((upload) => upload.feed === feed)
          .map(({ field, input }) => [field, fed[input]!]);
        worker.on(() => feed.fill(Object.fromEntries(own), step as tf.Scalar));
      }
      return { done: tf.scalar(0) };
    }),
    ...placed.functions,
    losses: on(worker, graphFunction({}, () => ({ values: log.read() }))),
    snapshot: graphFunction({}, () =>
      Object.assign(
        {},
        ...copies.map((copy) =>
          copy.worker.on(() => copy.state.snapshot(copy.state === state ? "all" : "local"))
        ),
      )),
    checkSums: graphFunction<never, string>(
      {},
      () =>
        Object.fromEntries(
          copies.map(({ worker, state }, i) => [`copy_${i}`, worker.on(() => state.checkSums())]),
        ),
    ),
    reconstruct: on(worker, reconstruct),
    ...Object.fromEntries(
      Object.entries(realism ?? {}).map(([name, asked]) => [name, on(worker, asked)]),
    ),
  }, { ...place.jit, eager, precision, useXla });
  const calls = program as unknown as Readonly<Record<string, Compiled>>;
  let queued: number[] = []; // steps whose images only the host has
  let waiting: number[] = []; // steps whose losses only the log has
  let read: Losses[] = [];
  const flush = () => {
    if (queued.length === 0) return;
    if (waiting.length + queued.length > CAPACITY) readLog();
    tf.tidy(() => {
      const fed = uploads.map(({ input, shape, values }) => [input, tf.tensor(values, [...shape])]);
      program.feed({ ...Object.fromEntries(fed), step: tf.scalar(queued[0]!) });
      placed.take(calls, queued.map((step) => [seed, step] as const));
    });
    waiting.push(...queued);
    queued = [];
  };
  const readLog = () => {
    if (waiting.length === 0) return;
    const { values } = readAll(() => program.losses({}), valuesOf);
    read.push(...waiting.map((taken) => step.losses.lossesOf(log.rowOf(values!, taken))));
    waiting = [];
  };
  return {
    supervision,
    together,
    train(images, step, truth = {}) {
      if (queued.length > 0 && step !== queued.at(-1)! + 1) flush();
      for (const { field, values, length, start } of uploads) {
        const given = field === "images" ? images : truth[field];
        if (!given) throw untold(supervision, truth);
        values.set(given.subarray(start, start + length), queued.length * length);
      }
      queued.push(step);
      if (queued.length === feed.capacity) flush();
    },
    flush,
    losses() {
      flush();
      readLog();
      const losses = read;
      read = [];
      return losses;
    },
    reconstruct(images) {
      flush();
      return runInBatches(program.reconstruct, reconstruct.inputs, { images });
    },
    realismGap(samples) {
      if (!realism) return undefined;
      flush();
      return gapOf(judgeOf(realism, program as never), samples, imageSize);
    },
    snapshot() {
      flush();
      if (copies.length > 1) checkCopies(readAll(() => program.checkSums({}), valuesOf));
      return place.gather(readAll(() => program.snapshot({}), (tensor) => ({
        shape: tensor.shape,
        values: valuesOf(tensor),
      })));
    },
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      for (const copy of copies) copy[Symbol.dispose]();
      log[Symbol.dispose]();
    },
  };
}

function requireCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(
    `Cannot train: ${name} must be an integer from 1 to ${most}, got ${value}`,
  );
}

/** A function that a worker computes. */
function on<Inputs extends string, Outputs extends string>(
  { on }: Worker,
  { inputs, run }: GraphFunction<Inputs, Outputs>,
): GraphFunction<Inputs, Outputs> {
  return { inputs, run: (fed) => on(() => run(fed)) };
}

/** Refuses to go on with copies of the variables that are no longer equal. */
function checkCopies(sums: Readonly<Record<string, Float32Array>>): void {
  const distinct = new Set(Object.values(sums).map((each) => each.join(" ")));
  if (distinct.size === 1) return;
  throw new Error(
    `Cannot save: the variables must be equal on all devices, got sums of ${
      [...distinct].map((each) => `[${each}]`).join(" and ")
    }; resume from the last checkpoint, and on fewer devices if it happens again`,
  );
}

function checkPlace({ replicas, canBeEager }: Place, config: Config, eager: boolean): void {
  if (replicas.of !== config.replicas) {
    throw new RangeError(
      `Cannot train: the place must be one for ${config.replicas} replicas, got one for ${replicas.of}; ` +
        `make it for the config's`,
    );
  }
  if (eager && !canBeEager) {
    throw new RangeError(
      "Cannot run eagerly: all replicas must be on one device, got several; compile, or use one",
    );
  }
}

/** Takes one step and waits for its losses; as `Trainer.train` and `Trainer.losses`. */
export function trainStep(
  trainer: Trainer,
  images: Float32Array,
  step: number,
  truth?: TruthArrays,
): Losses {
  trainer.train(images, step, truth);
  return trainer.losses().at(-1)!;
}

function untold(supervision: readonly TruthField[], truth: TruthArrays): TypeError {
  return new TypeError(
    `Cannot train: truth must have ${supervision.join(", ")}, which the method is told of, got ` +
      `${Object.keys(truth).join(", ") || "none"}; make batches with this supervision`,
  );
}

const valuesOf = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;

/** Runs a function and brings its results to JavaScript; keeps no tensor. */
function readAll<Name extends string, Result>(
  run: () => Record<Name, tf.Tensor>,
  read: (tensor: tf.Tensor) => Result,
): Record<Name, Result> {
  const results = {} as Record<Name, Result>;
  tf.tidy(() => {
    for (const [name, tensor] of Object.entries<tf.Tensor>(run())) {
      results[name as Name] = read(tensor);
    }
  });
  return results;
}
