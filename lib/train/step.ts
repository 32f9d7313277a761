/**
 * The training step: the learner's moves, as plain functions from images to losses that move the variables.
 *
 * A step of R replicas takes R batches. Each replica has its own images, noise, batch statistics and local
 * parameters; shared parameters move by the mean of all gradients, which is clipped and given to Adam as one
 * batch's would be. Replicas may run anywhere, so a step is cut into *phases* where they need one another:
 * what crosses from one phase to the next is the variables, and the sum over replicas of what the phase gave.
 * Moves whose parameters are all local need nobody, and go with the phase of the move that follows.
 *
 * | learner | phases |
 * | --- | --- |
 * | no opponent, no free poses | gradients of the model; end |
 * | free poses | moves the poses, then gradients of the model; end |
 * | an opponent | gradients of the opponent; moves it, then gradients of the model; end |
 *
 * The end moves what the last phase had gradients for, and keeps statistics, averages and losses.
 *
 * @module
 */
import type { RunConfig } from "@/config.ts";
import { type GraphFunction, graphFunction } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import type { Learner, Move, Terms, Truth } from "@/model/learner.ts";
import { fedShapes } from "./feed.ts";
import { LossRow } from "./loss_log.ts";
import { type LossAndGradients, lossAndGradients } from "./loss_gradients.ts";
import type { State } from "./state.ts";

/** What the phases of a step are computed from, read once in each traced function. */
export interface Given {
  /** Images `[k B, S, S, 1]` in [0, 1], those of the k replicas of the state one after the other. */
  readonly images: tf.Tensor4D;
  /** What the learner is told of them, in the same order. */
  readonly truth: Truth;
  /** `[2]` int32, the run's seed and the step, which key the random numbers. */
  readonly seed: tf.Tensor1D;
  /** Steps taken before this one `[]`, float32: for Adam and schedules. */
  readonly step: tf.Scalar;
  /**
   * Parameters of each replica, by name, as `State.readReplicas` gives them. Phases that share a function
   * replace what they move, so that all else is read and computed once.
   */
  readonly values: Record<string, tf.Tensor>[];
}

/** What a phase gives, summed over replicas: joined gradients, statistics, losses; as `Phase.lengths` says. */
export type Sums = readonly tf.Tensor1D[];

/** A part of a step that needs nothing of other replicas but what they gave before. Pure, to be traced. */
export interface Phase {
  /** Lengths of what it gives. */
  readonly lengths: readonly number[];
  /**
   * Moves what the phase before had gradients for, and computes its own.
   *
   * @param given What the step is computed from
   * @param received What the phases before gave, summed over all replicas of the run
   * @returns The sum over the replicas of the state
   */
  run(given: Given, received: readonly Sums[]): Sums;
}

/** A step, in phases. */
export interface Step {
  /** Its phases, one or more. */
  readonly phases: readonly Phase[];
  /**
   * Ends the step.
   *
   * @param given As for the phases
   * @param received What all phases gave, summed over all replicas of the run
   * @returns Means of the losses `[64]`, as `losses` finds them; the caller disposes it
   */
  end(given: Given, received: readonly Sums[]): tf.Tensor1D;
  /** Names of the losses; known once the phases were traced. */
  readonly losses: LossRow;
}

/**
 * Cuts the step into phases.
 *
 * @param learner What learns
 * @param state Its variables, of some replicas or all
 * @param config B
 */
export function createStep(
  { moves, parameters }: Learner,
  state: State,
  { batchSize }: Pick<RunConfig, "batchSize">,
): Step {
  const { of, first, count } = state.replicas;
  const replicas = Array.from({ length: count }, (_, i) => i); // here
  const parts = partsOf(moves, state);
  const losses = new LossRow(parts.length);
  const { statistics } = state;
  const newStatistics = parts.map((): readonly string[] => []); // names, of each phase

  /** What a move of one replica is computed from. */
  const inputsOf = ({ images, truth, values, seed, step }: Given, i: number) => ({
    ...{ values: values[i]!, seed, step },
    images: rowsOf(images, i, count, batchSize) as tf.Tensor4D,
    truth: Object.fromEntries(
      Object.entries(truth).map(([field, all]) => [field, rowsOf(all, i, count, batchSize)]),
    ) as Truth,
    replica: { index: first + i, of },
  });
  const refresh = ({ values }: Given, move: Move) => {
    for (const [i, own] of values.entries()) {
      Object.assign(own, state.read(move.parameters, first + i));
    }
  };
  /** Joins the statistics that a phase leaves; what it does not leave is 0. */
  const joinStatistics = (kept: Readonly<Record<string, tf.Tensor>>) =>
    statistics!.join(Object.fromEntries(
      statistics!.names.map((name) => [name, kept[name] ?? tf.zeros([...parameters[name]!.shape])]),
    ));
  const mean = (sum: tf.Tensor1D) => of === 1 ? sum : tf.div(sum, of) as tf.Tensor1D;

  /** Moves what a phase had gradients for. */
  const moveShared = (phase: number, { step }: Given, sums: Sums) => {
    const move = parts[phase]!.at(-1)!;
    const gradients = sums.slice(0, state.sharedLengths(move).length).map(mean);
    state.moveShared(move, gradients, step);
  };

  /** Keeps what all phases left, as means over replicas; of what several leave, the last one's counts. */
  const keepStatistics = (joined: readonly tf.Tensor1D[]) => {
    const isWhole = newStatistics.at(-1)!.length === statistics!.names.length;
    if (isWhole) return statistics!.variable.assign(joined.at(-1)!);
    const left = joined.map((each, phase) => {
      const all = statistics!.split(each);
      return newStatistics[phase]!.map((name) => [name, all[name]!] as const);
    });
    state.keepStatistics(Object.fromEntries(left.flat()));
  };

  const phases = parts.map((part, phase): Phase => ({
    lengths: [
      ...state.sharedLengths(part.at(-1)!),
      ...(statistics ? [statistics.length] : []),
      LossRow.LENGTH,
    ],
    run(given, received) {
      if (phase > 0) {
        moveShared(phase - 1, given, received[phase - 1]!);
        refresh(given, parts[phase - 1]!.at(-1)!);
      }
      const kept = replicas.map((): Record<string, tf.Tensor> => ({}));
      const terms = replicas.map((): Terms => ({}));
      let results: LossAndGradients[] = [];
      for (const [place, move] of part.entries()) {
        results = replicas.map((i) => lossAndGradients(move, inputsOf(given, i)));
        for (const [i, { loss, terms: own, statistics, gradients }] of results.entries()) {
          state.moveLocal(move, gradients, given.step, first + i);
          Object.assign(kept[i]!, statistics);
          terms[i] = { loss, ...own, ...without(terms[i]!, ["loss", ...Object.keys(own)]) };
        }
        if (place < part.length - 1) refresh(given, move);
      }
      newStatistics[phase] = Object.keys(kept[0]!);
      return sumOf(replicas.map((i) => [
        ...state.joinShared(part.at(-1)!, results[i]!.gradients),
        ...(statistics ? [joinStatistics(kept[i]!)] : []),
        losses.join(phase, terms[i]!),
      ]));
    },
  }));

  return {
    phases,
    losses,
    end(given, received) {
      return tf.tidy(() => {
        moveShared(parts.length - 1, given, received.at(-1)!);
        if (statistics) keepStatistics(received.map((sums) => mean(sums.at(-2)!)));
        state.average(given.step);
        return mean(losses.sum(received.map((sums) => sums.at(-1)!)));
      });
    },
  };
}

/** Groups moves so that only the last one of a group trains shared parameters. */
function partsOf(moves: readonly Move[], state: State): Move[][] {
  const parts: Move[][] = [];
  let part: Move[] = [];
  for (const [i, move] of moves.entries()) {
    part.push(move);
    if (state.sharedLengths(move).length === 0 && i < moves.length - 1) continue;
    parts.push(part);
    part = [];
  }
  return parts;
}

/** Gives the rows of one of several replicas. */
function rowsOf(all: tf.Tensor, i: number, count: number, rows: number): tf.Tensor {
  if (count === 1) return all;
  const [, ...rest] = all.shape;
  return tf.slice(all, [i * rows, ...rest.map(() => 0)], [rows, ...rest]);
}

/** Adds up what some replicas give. */
function sumOf(each: readonly Sums[]): Sums {
  if (each.length === 1) return each[0]!;
  return each[0]!.map((_, i) => tf.addN(each.map((sums) => sums[i]!)));
}

/** Leaves out some names. */
function without(terms: Terms, names: readonly string[]): Terms {
  return Object.fromEntries(Object.entries(terms).filter(([name]) => !names.includes(name)));
}

/**
 * Runs phases one after the other in one function. Traced.
 *
 * @param sum Gives the sum over all replicas of what a phase gave here; it is that unless given
 * @returns What all of them gave, for the end
 */
export function takePhases(
  phases: readonly Phase[],
  given: Given,
  sum: (sums: Sums, phase: number) => Sums = (sums) => sums,
): Sums[] {
  const received: Sums[] = [];
  for (const [i, phase] of phases.entries()) received.push(sum(phase.run(given, received), i));
  return received;
}

/**
 * Makes the step as one function, where all replicas are here.
 *
 * @param learner What learns
 * @param state Its variables
 * @param config Sizes of the images
 * @returns A function of `images` `[R B, S, S, 1]`, what the learner is told of them, `seed` `[2]` int32 (the run's seed and the step, which
 *   key the random numbers) and `step` `[]` float32 (from 0, for Adam and schedules), which gives
 *   `loss`, that of the last move, and the terms of all moves, scalars per image. Of terms that share a
 *   name, the last move's counts. Traced.
 */
export function trainingStep(
  learner: Learner,
  state: State,
  config: Pick<RunConfig, "batchSize" | "imageSize">,
): GraphFunction {
  const { supervision = [] } = learner;
  const rows = { ...config, batchSize: state.replicas.count * config.batchSize };
  const specs = fedShapes(rows, supervision)
    .map(([field, shape]) => [field, { shape, dtype: "float32" }]);
  const step = createStep(learner, state, config);
  return graphFunction<string, string>({
    ...Object.fromEntries(specs),
    seed: { shape: [2], dtype: "int32" },
    step: { shape: [], dtype: "float32" },
  }, ({ images, seed, step: taken, ...truth }) => {
    const given: Given = {
      images: images as tf.Tensor4D,
      truth,
      seed: seed as tf.Tensor1D,
      step: taken as tf.Scalar,
      values: state.readReplicas(),
    };
    return step.losses.split(step.end(given, takePhases(step.phases, given)));
  });
}
