/**
 * `deno task sweep`
 *
 * @module
 */
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Sweep, SweepOptions } from "@/tools/sweep/sweep.ts";
import { inRanges, sweepRuns } from "@/tools/sweep/sweep_runs.ts";
import { devicesFor, type Ended, shareRuns } from "@/tools/sweep/workers.ts";
import { dataDirOption, parseCount, presetOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, checkTyped, inWords, Misuse, type Outcome, type Session } from "./session.ts";
import { sayRealism, showLoading, showSteps } from "./training_progress.ts";

interface SweepFlags extends SweepOptions {
  readonly list?: boolean;
  readonly status?: boolean;
  readonly missing?: boolean;
  readonly prepare?: boolean;
  readonly run?: number;
  readonly devices?: number;
}

/** Of these options one can be given at a time; without any, all that is missing is trained. */
const MODES: readonly Option[] = [
  new Option("--list", "print the numbers and names of the runs"),
  new Option("--status", "print how far each run is"),
  new Option(
    "--missing",
    "print the numbers of runs to be submitted, as sbatch --array takes them",
  ),
  new Option("--prepare", "set up, fetch and convert data, compile for a GPU: once, before --run"),
  new Option("--run <number>", "train one run, or resume it").argParser(parseNumber),
  new Option("--devices <count>", "train so many runs at once, each on a GPU of its own")
    .argParser(parseCount),
];

/** Adds `deno task sweep` to the program. */
export function addSweep(program: Command): void {
  const command = program.command("sweep")
    .description(
      "train every run that the notebooks need: here, on several GPUs, or by a scheduler",
    )
    .addOption(presetOption("paper"))
    .option(
      "--file <runs.json>",
      "runs of your own: a list of objects, each a name and the fields that differ from the preset",
    );
  const names = MODES.map((mode) => mode.attributeName());
  for (const mode of MODES) {
    command.addOption(mode.conflicts(names.filter((name) => name !== mode.attributeName())));
  }
  command.addOption(dataDirOption())
    .option("--runs <folder>", "where runs go", join("data", "runs"))
    .action(action("sweep", async (session, flags: SweepFlags): Promise<Outcome | void> => {
      const sweep = await openSweep(flags);
      if (flags.list) return list(sweep);
      if (flags.status) return await status(sweep);
      if (flags.missing) return { answer: inRanges(await sweep.missing()) };
      if (flags.prepare) return await prepareAll(session, sweep);
      if (flags.run !== undefined) return await trainOne(session, sweep, flags.run);
      return await trainAll(session, sweep, flags);
    }));
}

/** A run's number may be 0. */
function parseNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be an integer >= 0.");
  return Number(text);
}

async function openSweep(flags: SweepFlags): Promise<Sweep> {
  const { Sweep } = await import("@/tools/sweep/sweep.ts");
  try {
    return new Sweep(await sweepRuns(flags.preset, flags.file, Deno.env.toObject()), flags);
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // what the user wrote is wrong
  }
}

function list({ listed }: Sweep): Outcome {
  return { answer: listed.map(({ name }, number) => `${number}  ${name}`).join("\n") };
}

async function status(sweep: Sweep): Promise<Outcome> {
  const { statusTable } = await import("@/tools/sweep/status_table.ts");
  const runs = (await sweep.found())
    .map(([{ name, config }, found]) => ({ ...found, name, steps: config.steps }));
  return { answer: statusTable(runs, new Date()) };
}

/** Does once what no run should have to do: this needs a network, and a GPU to compile for one. */
async function prepareAll(session: Session, sweep: Sweep): Promise<void> {
  const { signal } = session;
  const { backend } = await prepare(session);
  const { warmUp } = await import("@/tools/sweep/warm_up.ts");
  const placed = await sweep.place({ signal, onProgress: showLoading(session) });
  const { length } = placed;
  const compiled = await warmUp(placed, {
    loadOf: (run) => ({ ...sweep.loadOf(run), signal }),
    isCompiled: backend !== "cpu",
    signal,
    onRun: (done) => session.progress("prepare", done, length, "runs"),
  });
  await sweep.savePlaces(placed);
  const notices = new Set(placed.flatMap(({ notice }) => notice ?? []));
  for (const notice of notices) session.say(`\n*** ${notice}\n`);
  const also = compiled > 0 ? `, with ${compiled} kinds of programs` : "";
  session.say(`sweep: prepared runs 0 to ${length - 1}${also}`);
}

/** Trains one run, from where it stands. */
async function trainOne(session: Session, sweep: Sweep, number: number): Promise<void> {
  const runs = await sweep.prepared();
  const run = runs[number];
  if (run === undefined) {
    const last = runs.length - 1;
    throw new Misuse(`Cannot sweep: run must be an integer from 0 to ${last}, got ${number}`);
  }
  const [{ runStatus }, { openRun }] = await Promise.all([
    import("@/train/run_status.ts"),
    import("@/train/run.ts"),
  ]);
  const { name, config, notice } = run;
  const { state, step } = await runStatus(sweep.folderOf(run), config);
  if (state === "done") return session.say(`sweep: run ${number} (${name}) is done already`);
  await prepare(session);
  if (notice !== undefined) session.say(`\n*** ${notice}\n`);
  session.say(`sweep: run ${number} (${name}) from step ${step} to ${config.steps}`);
  const { history } = await openRun(config, {
    runs: sweep.folderOf(run),
    load: { ...sweep.loadOf(run), onProgress: showLoading(session) },
    signal: session.signal,
    onStep: showSteps(session, config.steps),
  });
  sayRealism(session, config, history);
}

/** Trains what is missing, each run in a process of its own. */
async function trainAll(session: Session, sweep: Sweep, flags: SweepFlags): Promise<Outcome> {
  const { say, signal } = session;
  const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
  const devices = flags.devices === undefined
    ? [undefined]
    : checkTyped(() => devicesFor(flags.devices!, visible));
  const child = (device: string | undefined, ...words: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", join(import.meta.dirname!, "main.ts"), "sweep"]
        .concat(wordsOf(flags), words),
      ...(device !== undefined && { env: { CUDA_VISIBLE_DEVICES: device } }),
      ...{ stdin: "null", stdout: "null", stderr: "piped" },
    });
  session.progress("prepare");
  const [prepared] = await shareRuns([0], {
    devices: devices.slice(0, 1),
    command: (_, device) => child(device, "--prepare"),
    signal,
  });
  signal.throwIfAborted();
  if (hasFailed(prepared!)) throw new Error(prepared!.words.replace(/^error: /, ""));
  // The searched pose takes longest and stands last: begun first, it is not left to one device at the end.
  const numbers = (await sweep.missing()).reverse();
  const total = sweep.listed.length;
  say(`sweep: ${numbers.length} of ${total} runs are to be trained`);
  const ended = await shareRuns(numbers, {
    devices,
    command: (number, device) => child(device, "--run", String(number)),
    signal,
    onEnd: ({ number, code, seconds }) => {
      const how = code === 0 ? "done in" : signal.aborted ? "stopped after" : "FAILED after";
      say(`sweep: run ${number} (${sweep.listed[number]!.name}) ${how} ${inWords(1000 * seconds)}`);
    },
  });
  signal.throwIfAborted();
  return failed(session, ended.filter(hasFailed));
}

/** The words that make this sweep, for a child process. */
function wordsOf({ preset, file, dataDir, runs }: SweepFlags): string[] {
  const given = ["--preset", preset, "--data-dir", dataDir, "--runs", runs];
  return file === undefined ? given : [...given, "--file", file];
}

const hasFailed = ({ code }: Ended) => code !== 0;

function failed({ say }: Session, ended: readonly Ended[]): Outcome {
  for (const { number, words } of ended) say(`sweep: run ${number} ended with: ${words}`);
  return ended.length > 0 ? { exitCode: 1 } : {};
}
