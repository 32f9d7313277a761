/**
 * One of two MPI ranks, killed at random moments, and the run resumed.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import type { Random } from "@/engine/random.ts";
import { flagsOf } from "@/tools/cli/config_options.ts";
import { readHistory } from "@/train/history.ts";
import { commandOf, printedBy, trainArguments } from "./command.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { outcomeOf, readAll, requireSame, tinyConfig } from "./tiny_run.ts";
import { makeTries, requireThat } from "./tries.ts";

/** Choice: by then a user has not yet looked why nothing goes on; mpirun takes 1 to 2 s. */
const MOST_SECONDS = 10;

/** Tries alternate between the two ranks. */
export const RANK_KILLED: Fault = {
  name: "rank killed",
  right:
    `both ranks end within ${MOST_SECONDS} s with one message of mpirun; every checkpoint reads; ` +
    "resumed, losses and variables equal the uninterrupted run's to the bit",
  tries: { whole: 20, short: 1 },
  run,
};

async function run(context: FaultContext): Promise<FaultResult> {
  if (!await hasOpenMpi()) {
    const skipped = "no mpirun of OpenMPI: apt-get install openmpi-bin";
    return { tried: 0, failures: [], skipped };
  }
  const config: Config = { ...tinyConfig("vae", 60), replicas: 2 };
  const out = join(context.folder, "whole");
  await finish(config, out);
  const whole = await outcomeOf(out);
  const seconds: number[] = [];
  const result = await makeTries(context, async (random, index) => {
    const out = join(context.folder, String(index));
    seconds.push(await killOnce(config, out, random, index % 2));
    await readAll(out);
    await finish(config, out);
    await requireSame(out, whole);
    return `killed rank ${index % 2}`;
  });
  const longest = `longest end ${Math.max(...seconds).toFixed(1)} s`;
  return { ...result, note: [result.note, longest].filter(Boolean).join("; ") };
}

async function hasOpenMpi(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("mpirun", { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("Open MPI");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts the training in two ranks. */
function start(config: Config, out: string): Deno.ChildProcess {
  const { args, ...options } = commandOf(trainArguments(flagsOf(config), out));
  return new Deno.Command("mpirun", {
    ...options,
    args: ["-n", "2", "--bind-to", "none", Deno.execPath(), ...args],
    env: {
      ...options.env,
      OMPI_ALLOW_RUN_AS_ROOT: "1", // tests of a container run as root
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
      OMPI_MCA_rmaps_base_oversubscribe: "1", // a machine may have one core
      PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
    },
  }).spawn();
}

/** Trains to the end. */
async function finish(config: Config, out: string): Promise<void> {
  const { code, errors } = await printedBy(start(config, out));
  requireThat(code === 0, `it must train, got ${errors}`);
}

/** Kills a rank after a step that draws decide, and gives the seconds until all have ended. */
async function killOnce(
  config: Config,
  out: string,
  random: Random,
  rank: number,
): Promise<number> {
  const child = start(config, out);
  const ending = printedBy(child);
  let isOver = false;
  ending.then(() => isOver = true);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const stepsTaken = async () => (await readHistory(join(out, "history.jsonl"))).length;
  const step = random.integer(config.steps - 10);
  while (!isOver && await stepsTaken() <= step) await pause(5);
  const pid = (await childrenOf(child.pid))[rank];
  if (isOver || pid === undefined) {
    throw new Error(`it must train until it is killed, got ${(await ending).errors}`);
  }
  const killed = performance.now();
  Deno.kill(pid, "SIGKILL");
  const { code, errors } = await ending;
  const seconds = (performance.now() - killed) / 1000;
  requireThat(code !== 0, "mpirun must say that it failed, got exit code 0");
  requireThat(seconds < MOST_SECONDS, `all must end within ${MOST_SECONDS} s, got ${seconds} s`);
  const told = errors.match(new RegExp(`process rank ${rank} .*exited on signal 9`, "g")) ?? [];
  requireThat(told.length === 1, `mpirun must name the rank once, got ${errors}`);
  requireThat(!errors.includes("error: "), `the other rank must say nothing, got ${errors}`);
  return seconds;
}

/** Finds the processes that a process has started, in their order. */
async function childrenOf(parent: number): Promise<number[]> {
  const children: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => ""); // gone by now
    const [, found] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // after the name: state, parent
    if (Number(found) === parent) children.push(Number(name));
  }
  return children.sort((a, b) => a - b);
}
