/**
 * How replicas are shared out among processes; apart from `ranks.ts`, so that it can be asked before TensorFlow
 * is loaded.
 *
 * @module
 */
import type { ReplicaRange } from "@/data/batches.ts";
import type { Mpi } from "@/engine/mpi.ts";

/**
 * Shares replicas out among processes.
 *
 * @param mpi The processes
 * @param replicas R, of the run
 * @returns Those of this process: as many as every other has, the first process the first ones
 * @throws {RangeError} If they cannot have equally many
 */
export function replicasOf(
  { rank, size }: Pick<Mpi, "rank" | "size">,
  replicas: number,
): ReplicaRange {
  const count = replicas / size;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `Cannot train in ${size} processes: replicas must be a multiple of them, got ${replicas}; ` +
        `use --replicas ${size * Math.ceil(count)}, or another number of ranks`,
    );
  }
  return { of: replicas, first: rank * count, count };
}
