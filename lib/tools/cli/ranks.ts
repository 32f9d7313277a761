/**
 * What a command does that mpirun or srun has started several times.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type Mpi, openMpi } from "@/engine/mpi.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { replicasOf } from "@/train/place/shares.ts";
import { type Launch, launchOf } from "./launch.ts";
import type { Session } from "./session.ts";

/** How to start several processes, for `--help`. */
export const RANKS_HELP = `
Several processes, on one host or many, take equal parts of the replicas:
  mpirun -n 4 --bind-to none deno task train --replicas 4 ...
  srun -n 4 --mpi=pmix -K1 deno task train --replicas 4 ...
Without --bind-to none, mpirun -n 2 gives each process one core. SIGTERM to any one process lets all
save and stop. After Ctrl-C, OpenMPI's mpirun waits 1 s, asks them to stop, and kills them 1 s later; set
OMPI_MCA_odls_base_sigkill_timeout (PRTE_MCA_... for OpenMPI 5) to the seconds that saving takes.`;

/**
 * How long other processes keep an error to themselves, in milliseconds: most often the first one has it too,
 * prints it, and ends them.
 */
const FIRST_SPEAKS_MS = 3000;

/**
 * Runs a command's body, silently in all processes but the first.
 *
 * @param body Gets what this process is one of; nothing if it is on its own
 * @throws What `launchOf` and the body throw
 */
export async function asOneOfSeveral<Result>(
  session: Session,
  body: (launch?: Launch) => Promise<Result>,
): Promise<Result> {
  const launch = launchOf(Deno.env.toObject(), PROJECT.venv);
  if (!launch || launch.rank === 0) return await body(launch);
  session.silence();
  try {
    return await body(launch);
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, FIRST_SPEAKS_MS));
    throw error;
  }
}

/**
 * Checks that a config can be trained in several processes.
 *
 * @throws {RangeError} If not
 */
export function checkRanks(
  { rank, ranks }: Launch,
  { replicas }: Pick<Config, "replicas">,
  { restarts, devices }: { readonly restarts: number; readonly devices: number },
): void {
  replicasOf({ rank, size: ranks }, replicas);
  if (devices > 1) {
    throw new RangeError(
      `Cannot train in ${ranks} processes: devices must be 1 in each, got ${devices}; start a process ` +
        "for each GPU, as srun does with --gpus-per-task 1",
    );
  }
  if (restarts > 1) {
    throw new RangeError(
      `Cannot train in ${ranks} processes: restarts must be 1, got ${restarts}; start them in one ` +
        "process each, with --seed",
    );
  }
}

/** Starts MPI. However this process then ends before `finish`, the others end too. */
export function startMpi({ ranks, libraries }: Launch): Mpi {
  const mpi = openMpi({ libraries, ranks });
  const endOthers = () => mpi.abort(Deno.exitCode || 1);
  globalThis.addEventListener("unload", endOthers);
  return {
    ...mpi,
    finish() {
      mpi.finish();
      globalThis.removeEventListener("unload", endOthers);
    },
  };
}

/** Lets the first process fetch and prepare what the others then find. */
export async function firstThenOthers<Result>(
  mpi: Mpi | undefined,
  body: () => Promise<Result>,
): Promise<Result> {
  if (mpi && mpi.rank > 0) mpi.wait();
  const result = await body();
  if (mpi?.rank === 0) mpi.wait();
  return result;
}
