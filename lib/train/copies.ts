/**
 * What each worker of a place has: a copy of the variables, the images of its replicas, and the step that
 * moves the variables by them.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";
import type { Learner } from "@/model/learner.ts";
import { type FedField, Feed } from "./feed.ts";
import type { LossLog } from "./loss_log.ts";
import type { Place, Work, Worker } from "./place/place.ts";
import { createState, type State } from "./state.ts";
import { createStep, type Step } from "./step.ts";

/** What a worker has; freed when disposed. */
export interface Copy extends Disposable {
  /** Who has it. */
  readonly worker: Worker;
  /** The shared variables, and the local ones of its replicas. */
  readonly state: State;
  /** The images of its replicas. */
  readonly feed: Feed;
  /** What moves the variables. */
  readonly step: Step;
}

/** What copies are made from. */
export interface CopyOptions {
  /** What learns. */
  readonly learner: Learner;
  /** A seed to start from, or a checkpoint's variables. */
  readonly from: number | NamedArrays;
  /** Steps whose images are uploaded together. */
  readonly together: number;
}

/**
 * Makes what each worker has, in their order.
 *
 * @throws What `createState` throws
 */
export function createCopies(
  { workers }: Place,
  config: Config,
  { learner, from, together }: CopyOptions,
): Copy[] {
  return workers.map((worker) => {
    const { replicas } = worker;
    const state = createState(learner, from, replicas);
    const rows = { ...config, batchSize: replicas.count * config.batchSize };
    const feed = new Feed(rows, together, learner.supervision ?? []);
    return {
      ...{ worker, state, feed, step: createStep(learner, state, config) },
      [Symbol.dispose]() {
        state[Symbol.dispose]();
        feed[Symbol.dispose]();
      },
    };
  });
}

/**
 * Gives what a worker does in a step.
 *
 * @param copy What it has
 * @param log Keeps the losses, which are the same everywhere; one worker is enough
 */
export function workOf({ worker, state, feed, step }: Copy, log?: LossLog): Work {
  return {
    worker,
    phases: step.phases,
    begin: (seed) => ({ ...feed.next(), seed, values: state.readReplicas() }),
    end(given, received) {
      const losses = step.end(given, received);
      log?.write(losses, given.step);
      feed.advance();
    },
  };
}

/** What is uploaded to one worker of one field. */
export interface Upload {
  /** Where it goes. */
  readonly feed: Feed;
  /** What it is. */
  readonly field: FedField;
  /** The name of the input that takes it. */
  readonly input: string;
  /** Its shape `[together, k B, ...]`. */
  readonly shape: readonly number[];
  /** Numbers of one step. */
  readonly length: number;
  /** Where those begin in what all workers get. */
  readonly start: number;
  /** Those of the steps that are queued. */
  readonly values: Float32Array;
}

/** Gives what is uploaded: each worker's part of what a step takes. */
export function uploadsOf(copies: readonly Copy[]): Upload[] {
  let before = 0; // replicas
  return copies.flatMap(({ worker: { replicas }, feed }, place) => {
    const uploads = (Object.entries(feed.shapes) as [FedField, readonly number[]][])
      .map(([field, shape]): Upload => {
        const length = elementCount(shape.slice(1));
        const start = before / replicas.count * length;
        const values = new Float32Array(elementCount(shape));
        return { feed, field, input: `${field}_${place}`, shape, length, start, values };
      });
    before += replicas.count;
    return uploads;
  });
}
