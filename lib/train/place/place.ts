/**
 * Where the replicas of a run are computed.
 *
 * The same replicas give the same losses wherever they are (`step.ts`), so a place is no part of a config: a
 * run can be resumed in another one. There is a file for each:
 *
 * - `one_device.ts`: all in one function on one device, which emulates the others and is what they are compared with;
 * - `devices.ts`: on several devices of this host, in one graph, which adds up by a collective operation;
 * - `ranks.ts`: in several processes, on one host or many, which add up between the phases by MPI.
 *
 * @module
 */
import type { ReplicaRange } from "@/data/batches.ts";
import type { Compiled, GraphFunction, JitOptions } from "@/engine/graph/jit.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import type * as tf from "@/engine/tf.ts";
import type { Given, Phase, Sums } from "../step.ts";

/** A device with a copy of the shared variables, and some replicas of its own. */
export interface Worker {
  /** Its replicas. */
  readonly replicas: ReplicaRange;
  /** Runs traced code so that what it adds to the graph is computed there, and gives its result. */
  on<Result>(run: () => Result): Result;
}

/** What one worker does in a step. All but `phases` and `worker` is traced code, to be run with `worker.on`. */
export interface Work {
  /** Who does it. */
  readonly worker: Worker;
  /** Reads what the phases are computed from: images and variables as they are now. */
  begin(seed: tf.Tensor1D): Given;
  /** The phases, the same for every worker. */
  readonly phases: readonly Phase[];
  /** Ends the step, once all that the phases gave was summed over all replicas, and goes on to the next one. */
  end(given: Given, received: readonly Sums[]): void;
}

/** What keys the random numbers of a step: the run's seed and the step. */
export type StepSeed = readonly [seed: number, step: number];

/** How steps are taken in some place. */
export interface PlacedStep {
  /** Functions to compile with the trainer's others, the phases in their order. */
  readonly functions: Readonly<Record<string, GraphFunction>>;
  /**
   * Takes steps, one after the other; their images are there.
   *
   * @param program The functions, compiled
   * @param seeds For each the run's seed and the step
   */
  take(program: Readonly<Record<string, Compiled>>, seeds: readonly StepSeed[]): void;
}

/** Where replicas are computed. */
export interface Place {
  /** Those that this process computes: all of the run's, unless other processes take part. */
  readonly replicas: ReplicaRange;
  /** Who computes them, in their order; what is asked of the model in between is asked of the first. */
  readonly workers: readonly Worker[];
  /** Most steps that are handed over together: 1 where the host takes part in each; as many as is fast unless given. */
  readonly together?: number;
  /** How graphs are run there. */
  readonly jit: Pick<JitOptions, "openSession" | "useXla">;
  /** Whether operations can be run one by one there, without a graph. */
  readonly canBeEager: boolean;
  /**
   * Puts a step together from the work of each worker, in their order.
   *
   * @param works What each does
   * @param inProgram Steps that may be one program of XLA
   */
  placeStep(works: readonly Work[], inProgram: number): PlacedStep;
  /** Adds the local variables of replicas of other processes to those of this one's, by their names in a checkpoint. */
  gather(variables: NamedArrays): NamedArrays;
}
