/**
 * Replicas in several processes, on one host or many, which add up by MPI.
 *
 * Each phase is a function of its own. In between the host adds up what it gave: one all-reduce of some 6 MB,
 * 2 to 4 ms on one host. The vector has one number more, by which a process that is asked to stop tells the
 * others: all see the sum, so all stop after the same step.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { decodeTensors, encodeTensors } from "@/data/formats/safetensors.ts";
import { bytesOf } from "@/engine/bytes.ts";
import { type GraphFunction, graphFunction, type TensorSpec } from "@/engine/graph/jit.ts";
import type { Mpi } from "@/engine/mpi.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Sums } from "../step.ts";
import type { Place, Work } from "./place.ts";
import { replicasOf } from "./shares.ts";

/** Where some replicas are this process's, and others have the rest. */
export interface RankPlace extends Place {
  /** Fires in all processes in the same step, once one of them was asked to stop. */
  readonly stop: AbortSignal;
}

/**
 * Gives the place where each process has as many replicas.
 *
 * @param mpi The processes
 * @param replicas R, of the run
 * @param asked Fires when this process is asked to stop; the run's signal is the place's `stop`
 * @throws What `replicasOf` throws
 */
export function inRanks(mpi: Mpi, replicas: number, asked?: AbortSignal): RankPlace {
  const own = replicasOf(mpi, replicas);
  const stopping = new AbortController();
  return {
    replicas: own,
    workers: [{ replicas: own, on: (run) => run() }],
    together: 1,
    jit: {},
    canBeEager: true,
    stop: stopping.signal,
    placeStep([work]) {
      const { phases } = work!;
      return {
        functions: phaseFunctions(work!),
        take(program, seeds) {
          for (const each of seeds) {
            tf.tidy(() => {
              const seed = tf.tensor1d([...each], "int32");
              const received: Record<string, tf.Tensor> = {};
              for (const i of phases.keys()) {
                const { sums } = program[`phase_${i}`]!({ seed, ...received });
                const values = sums!.dataSync() as Float32Array; // a copy, which is ours
                values[values.length - 1] = asked?.aborted ? 1 : 0;
                mpi.sum(values);
                if (values.at(-1)! > 0) stopping.abort();
                received[`sums_${i}`] = tf.tensor1d(values);
              }
              program.end!({ seed, ...received });
            });
          }
        },
      };
    },
    gather: (variables) => gather(mpi, variables),
  };
}

/** Makes a function of each phase and of the end, all of which take what the phases before gave. */
function phaseFunctions(work: Work): Record<string, GraphFunction> {
  const { phases } = work;
  const lengths = phases.map((phase) => [...phase.lengths, 1]); // the last number asks to stop
  const takes = (count: number): Record<string, TensorSpec> => ({
    seed: { shape: [2], dtype: "int32" },
    ...Object.fromEntries(
      lengths.slice(0, count).map((each, i) => [
        `sums_${i}`,
        { shape: [each.reduce((sum, length) => sum + length, 0)], dtype: "float32" },
      ]),
    ),
  });
  const received = (inputs: Record<string, tf.Tensor>, count: number): Sums[] =>
    lengths.slice(0, count).map((each, i) =>
      (tf.split(inputs[`sums_${i}`]!, each) as tf.Tensor1D[]).slice(0, -1)
    );
  const functions = phases.map((phase, i) => [
    `phase_${i}`,
    graphFunction(takes(i), (inputs) => {
      const given = work.begin(inputs.seed as tf.Tensor1D);
      return { sums: tf.concat([...phase.run(given, received(inputs, i)), tf.zeros([1])]) };
    }),
  ]);
  const end = graphFunction(takes(phases.length), (inputs) => {
    const seed = inputs.seed as tf.Tensor1D;
    work.end(work.begin(seed), received(inputs, phases.length));
    return { seed };
  });
  return { ...Object.fromEntries(functions), end };
}

/** What names of local variables begin with, but for those of the first replica (`state.ts`). */
const isOfReplica = (name: string) => name.startsWith("replicas/");

/** Adds the local variables of all other processes, and compares the shared ones with theirs. */
function gather(mpi: Mpi, variables: NamedArrays): NamedArrays {
  const gathered = { ...variables };
  for (let from = 1; from < mpi.size; from++) {
    const bytes = mpi.share(from, from === mpi.rank ? encodeOwn(variables) : new Uint8Array());
    if (from === mpi.rank) continue;
    const { tensors, metadata } = decodeTensors(bytes, `variables of rank ${from}`);
    const names: string[] = JSON.parse(metadata.shared!);
    if (sumOf(variables, names) !== metadata.sum) {
      throw new Error(
        `Cannot train on: shared variables must be equal in all processes, got others on rank ${from} ` +
          `than on rank ${mpi.rank}; start all ranks with the same checkout and config on machines of ` +
          `the same kind`,
      );
    }
    Object.assign(gathered, tensors);
  }
  return gathered;
}

/** Writes the local variables of a process that has not the first replica, and a check sum of the others. */
function encodeOwn(variables: NamedArrays): Uint8Array {
  const [local, shared] = [true, false].map((isLocal) =>
    Object.keys(variables).filter((name) => isOfReplica(name) === isLocal)
  ) as [string[], string[]];
  return encodeTensors({
    tensors: Object.fromEntries(local.map((name) => [name, variables[name]!])),
    metadata: { shared: JSON.stringify(shared), sum: sumOf(variables, shared) },
  });
}

/** Gives the check sum of some variables. */
function sumOf(variables: NamedArrays, names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(bytesOf(variables[name]!.values));
  }
  return hash.digest("hex");
}
