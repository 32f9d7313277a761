/**
 * Reads what mpirun and srun tell the processes that they start.
 *
 * @module
 */
import { join } from "node:path";

/** A process that is one of several. */
export interface Launch {
  /** Which one, from 0. */
  readonly rank: number;
  /** How many there are, 2 or more. */
  readonly ranks: number;
  /** Names or paths of MPI's library, the likeliest first. */
  readonly libraries: readonly string[];
}

/** Names the library itself, where it is not among those that are tried. */
export const LIBRARY_OPTION = "SHAPES_MPI_LIBRARY";

const OPEN_MPI = ["libmpi.so.40"];
const MPICH = ["libmpi.so.12", "libmpich.so.12"];

/**
 * Finds out whether this process is one of several.
 *
 * OpenMPI's mpirun sets `OMPI_COMM_WORLD_*`, MPICH's and Intel's `PMI_*`. `srun --mpi=pmix` sets
 * `PMIX_RANK`, and every srun `SLURM_STEP_NUM_TASKS`.
 *
 * @param environment The process's variables
 * @param venv The Python environment, into which pip may have installed MPI
 * @returns Nothing for a process on its own
 * @throws {RangeError} If srun has started several that do not know of each other
 */
export function launchOf(
  environment: Readonly<Record<string, string | undefined>>,
  venv: string,
): Launch | undefined {
  const number = (name: string) => Number(environment[name] ?? NaN);
  const tasks = number("SLURM_STEP_NUM_TASKS");
  const started = [
    { rank: number("OMPI_COMM_WORLD_RANK"), ranks: number("OMPI_COMM_WORLD_SIZE"), own: OPEN_MPI },
    { rank: number("PMI_RANK"), ranks: number("PMI_SIZE"), own: MPICH },
    { rank: number("PMIX_RANK"), ranks: tasks, own: [...OPEN_MPI, ...MPICH] },
  ].find(({ rank, ranks }) => rank >= 0 && ranks >= 1);
  if (started === undefined && tasks > 1) {
    throw new RangeError(
      `Cannot train in several processes: srun must tell them of each other, got ${tasks} tasks on ` +
        "their own; start them with `srun --mpi=pmix`, or one with `srun -n 1`",
    );
  }
  if (started === undefined || started.ranks === 1) return undefined;
  const { rank, ranks, own } = started;
  const chosen = environment[LIBRARY_OPTION];
  const libraries = [...own, ...own.map((name) => join(venv, "lib", name))];
  return { rank, ranks, libraries: chosen ? [chosen] : libraries };
}
