/**
 * The training loop: steps, history, frames, checkpoints, and stopping without losing anything.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { type Batches, BatchesAhead } from "@/data/batches.ts";
import { isFileLocked, removeTemporaries, tryLockFile, writeAtomically } from "@/engine/files.ts";
import { describeMachine } from "@/engine/machine.ts";
import { imageErrors } from "@/infer/held_out.ts";
import type { Samples } from "@/infer/realism.ts";
import {
  checkContinues,
  type Checkpoint,
  loadNewestCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { openHistory, type StepRecord } from "./history.ts";
import { createFrame, type Frame, type Monitor, saveFrame } from "./monitor.ts";
import type { Place } from "./place/place.ts";
import { createTrainer } from "./trainer.ts";

/** What a run trains on and where it leaves its results. */
export interface TrainOptions {
  /** The run's folder: `config.json`, `machine.txt`, `history.jsonl`, `checkpoints/`, `frames/`. */
  readonly out: string;
  /** The images to train on. */
  readonly batches: Batches;
  /** The images to watch. */
  readonly monitor: Monitor;
  /** Training images, and images that are not trained on: for the realism gap and held-out errors. */
  readonly samples: Samples;
  /** Stops after this step as after the last, with everything saved; the config's steps unless given. */
  readonly until?: number;
  /** Goes on from the folder's newest checkpoint, if it has one. */
  readonly resume?: boolean;
  /** When it fires, the step is finished, a checkpoint is saved, and the run returns. */
  readonly signal?: AbortSignal;
  /** Runs every operation by itself, for debugging. */
  readonly eager?: boolean;
  /** Where the config's replicas are computed; all on one device unless given. */
  readonly place?: Place;
  /** Called once with the checkpoint that the run goes on from, if any, before anything is computed. */
  readonly onStart?: (start: Checkpoint | undefined) => void;
  /** Called with what a user should know of the checkpoint that the run goes on from, if anything. */
  readonly onNotice?: (notice: string) => void;
  /** Called after every step. */
  readonly onStep?: (record: StepRecord) => void;
  /** Called with every frame, the untrained model's first. */
  readonly onFrame?: (frame: Frame) => void | Promise<void>;
}

/** Where a run ended. */
export interface TrainResult {
  /** Steps taken in all. */
  readonly step: number;
  /** Whether the signal ended it before its last step, or before `until`. */
  readonly isStopped: boolean;
}

/** A loss that is not finite: training goes nowhere from there. */
export class DivergenceError extends RangeError {}

/** Longest time between two moments at which losses are read, and signals, timers and messages served. */
export const SERVE_MS = 50;

/** The file in a run's folder that its training locks. */
const LOCK = "lock";

/** Whoever asks whether a run is locked holds it for a moment: so it is tried again, after so long. */
const [LOCK_TRIES, LOCK_MS] = [3, 50];

/**
 * Trains a model.
 *
 * Killed at any moment and resumed, it gives the losses of the uninterrupted run: batches and random
 * numbers are functions of (seed, step), and a checkpoint holds all that changes.
 *
 * @param config What to train
 * @param options On what, and where to
 * @throws {DivergenceError} If a loss is not finite
 * @throws {RangeError} If the folder's checkpoint is of another config, or the folder holds a run and
 *   `resume` is not set, or another process trains there
 * @throws {WriteError} If the disk is full; what is saved is still whole
 * @throws {SyntaxError} If the newest checkpoint is damaged
 */
export async function train(config: Config, options: TrainOptions): Promise<TrainResult> {
  const { out, monitor, signal } = options;
  const end = endOf(config, options);
  const batches = new BatchesAhead(options.batches);
  const paths = { checkpoints: join(out, "checkpoints"), frames: join(out, "frames") };
  using _ = await lockRun(out);
  const start = await findStart(paths.checkpoints, config, options.resume ?? false);
  if (start?.notice !== undefined) options.onNotice?.(start.notice);
  options.onStart?.(start);
  for (const folder of [out, ...Object.values(paths)]) await removeTemporaries(folder);
  await writeAtomically(join(out, "config.json"), JSON.stringify(config, null, 2) + "\n");
  await writeAtomically(join(out, "machine.txt"), describeMachine() + "\n");
  using history = await openHistory(join(out, "history.jsonl"), start?.step ?? 0);
  using trainer = createTrainer(config, {
    ...(start && { snapshot: start.snapshot }),
    ...(options.place && { place: options.place }),
    eager: options.eager ?? false,
  });
  const takeFrame = async (step: number) => {
    const frame = createFrame(step, monitor, trainer.reconstruct(monitor.images));
    await saveFrame(paths.frames, frame, monitor.names.length);
    await options.onFrame?.(frame);
  };
  const save = (step: number) => {
    const { unseen } = options.samples;
    const heldOutErrors = imageErrors(unseen, trainer.reconstruct(unseen));
    const snapshot = trainer.snapshot();
    return saveCheckpoint(paths.checkpoints, { step, config, snapshot, heldOutErrors });
  };
  let step = start?.step ?? 0;
  let saved = step;
  if (step === 0) await takeFrame(0);
  let readAt = performance.now();
  let last: StepRecord | undefined;
  const report = (isToJudge = false) => {
    trainer.flush();
    // While a graphics card computes, the next images are made.
    batches.make(step, Math.min(step + trainer.together, end));
    const losses = trainer.losses();
    const realismGap = isToJudge ? trainer.realismGap(options.samples) : undefined;
    const ms = Math.round(10 * (performance.now() - readAt) / losses.length) / 10;
    for (const [i, { loss, ...terms }] of losses.entries()) {
      const record: StepRecord = {
        step: step - losses.length + i + 1,
        loss: loss!,
        ...terms,
        ms,
        ...(i === losses.length - 1 && realismGap !== undefined && { realismGap }),
      };
      checkFinite(record, last);
      history.write(record);
      options.onStep?.(record);
      last = record;
    }
    readAt = performance.now();
  };
  while (step < end && !signal?.aborted) {
    const { images, truth } = batches.batch(step);
    trainer.train(images, step, truth);
    step++;
    const hasFrame = step % config.frameEvery === 0;
    const isToSave = isSavedAt(step, end, config);
    const isToServe = performance.now() - readAt > SERVE_MS;
    if (hasFrame || isToSave || isToServe) report(isToSave);
    if (hasFrame) await takeFrame(step);
    if (isToSave) await save(saved = step);
    if (isToServe) await new Promise((resolve) => setTimeout(resolve));
  }
  if (saved !== step) {
    report();
    await save(step);
  }
  return { step, isStopped: step < end };
}

/** Gives the step after which a run ends. */
export function endOf(
  { steps }: Config,
  { until = Infinity }: Pick<TrainOptions, "until">,
): number {
  return Math.min(until, steps);
}

/** Says whether a checkpoint is saved after a step. */
export function isSavedAt(step: number, end: number, { checkpointEvery }: Config): boolean {
  return step % checkpointEvery === 0 || step === end;
}

/**
 * Takes the folder of a run until the result is disposed or the process ends.
 *
 * @throws {RangeError} If another run has it
 */
export async function lockRun(folder: string): Promise<Disposable> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const lock = await tryLockFile(join(folder, LOCK));
    if (lock) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOCK_MS));
  }
  throw new RangeError(
    `Cannot train: the run must have its folder to itself, got "${folder}" where another training is ` +
      `under way; wait until it ends, or choose another folder`,
  );
}

/** Tells whether a training is under way in a folder, here or on another machine. */
export function isRunLocked(folder: string): Promise<boolean> {
  return isFileLocked(join(folder, LOCK));
}

/** Finds the checkpoint to go on from, and refuses to write over a run by accident. */
async function findStart(
  folder: string,
  config: Config,
  isResumed: boolean,
): Promise<Checkpoint | undefined> {
  const newest = await loadNewestCheckpoint(folder);
  if (newest === undefined) return undefined;
  if (!isResumed) {
    throw new RangeError(
      `Cannot train: the folder of a new run must be empty, got "${folder}" with a checkpoint of ` +
        `step ${newest.step}; resume it, or choose another folder`,
    );
  }
  checkContinues(newest.config, config);
  return newest;
}

/** Stops a run that has diverged; what is saved is still good. */
function checkFinite({ step, ms: _ms, loss, ...terms }: StepRecord, last?: StepRecord): void {
  for (const [term, value] of Object.entries({ ...terms, loss })) {
    if (Number.isFinite(value)) continue;
    const before = last ? `, after ${last[term]} at step ${last.step}` : "";
    throw new DivergenceError(
      `Cannot train on: every term of the loss must be finite, got ${term} ${value} at step ` +
        `${step}${before}; the last checkpoint is kept, resume with a smaller learning rate or ` +
        `start with another seed`,
    );
  }
}
