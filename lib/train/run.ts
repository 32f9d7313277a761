/**
 * Runs: a config trained once, its folder found again by whoever needs it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import type { MixtureOptions } from "@/data/mixture.ts";
import { type Checkpoint, differingFields, loadNewestCheckpoint } from "./checkpoint.ts";
import { checkStoredConfig, identityOf } from "@/method/registry.ts";
import { loadRunData, type RunData, tellLeftOut } from "./run_data.ts";
import { readHistory, type StepRecord } from "./history.ts";
import type { TrainOptions } from "./loop.ts";
import { type Frame, loadFrames } from "./monitor.ts";
import { readRestarts, type RestartOptions, type Restarts, trainRestarts } from "./restarts.ts";

/** A trained model with everything that its training left behind. */
export interface Run {
  /** What was trained; its steps and its restart are those of the checkpoint, whatever was asked for. */
  readonly config: Config;
  /** Where it lies. */
  readonly folder: string;
  /** What it was trained on and watched on. */
  readonly data: RunData;
  /** Its newest checkpoint. */
  readonly checkpoint: Checkpoint;
  /** Every step. */
  readonly history: readonly StepRecord[];
  /** Every frame. */
  readonly frames: readonly Frame[];
  /** The kind of machine that trained it last. */
  readonly machine: string;
  /** What a user should know of the checkpoint that was found, which the run is or went on from. */
  readonly notice?: string;
  /** All starts, where it is the best of several. */
  readonly restarts?: Restarts;
}

/** Where runs lie and how to train a missing one. */
export interface RunOptions
  extends Pick<TrainOptions, "signal" | "onStep" | "onFrame">, Pick<RestartOptions, "onLeg"> {
  /** The folder of all runs. */
  readonly runs: string;
  /** Where data sets are found or fetched to, and `loaded`, to share them between runs. */
  readonly load?: MixtureOptions;
  /** Trains so many starts and keeps the best; 1 unless given. */
  readonly restarts?: number;
}

/**
 * Gives the folder of a config's run: the one whose `config.json` has the same fields, but for those
 * that change nothing about the model; or a new one, named after its data and a hash of these fields. Runs
 * that are the best of several starts are found by `restarts.json`, and named after their number too.
 */
export async function runFolder(runs: string, config: Config, restarts = 1): Promise<string> {
  const data = config.data.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 40);
  for (const name of await foldersIn(runs)) {
    if (!name.startsWith(`${data}-`)) continue;
    const stored = restarts > 1
      ? await restartedConfig(join(runs, name), restarts)
      : await readConfig(join(runs, name));
    if (stored && differingFields(stored, config).length === 0) return join(runs, name);
  }
  const hash = createHash("sha256").update(identityOf(config)).digest("hex").slice(0, 8);
  return join(runs, `${data}-${hash}${restarts > 1 ? `-best-of-${restarts}` : ""}`);
}

/** Reads the config of a run that is the best of so many starts; undefined where there is none. */
async function restartedConfig(folder: string, count: number): Promise<Config | undefined> {
  const stored = await readRestarts(folder);
  return stored?.restarts.length === count ? checkStoredConfig(stored.config) : undefined;
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Reads the config of a run; undefined where there is none, or none that is known here. */
async function readConfig(folder: string): Promise<Config | undefined> {
  try {
    return checkStoredConfig(JSON.parse(await Deno.readTextFile(join(folder, "config.json"))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Opens the run of a config; trains what is missing of it first, going on from where an interrupted
 * training stopped.
 *
 * @throws {DOMException} `AbortError`, if the signal stopped the training: what there is stays
 * @throws What `loadRunData` and `trainRestarts` throw
 */
export async function openRun(config: Config, options: RunOptions): Promise<Run> {
  const { restarts = 1 } = options;
  const folder = await runFolder(options.runs, config, restarts);
  const data = await loadRunData(config, { ...options.load, ...signalOf(options) });
  let checkpoint = await loadNewestCheckpoint(join(folder, "checkpoints"));
  const notice = checkpoint?.notice;
  if (checkpoint === undefined || checkpoint.step < config.steps) {
    const { isStopped, step } = await trainRestarts(config, {
      ...options,
      ...data,
      restarts,
      out: folder,
      resume: true,
    });
    if (isStopped) {
      throw new DOMException(
        `Training stopped at step ${step} of ${config.steps}; run it again to go on`,
        "AbortError",
      );
    }
    checkpoint = (await loadNewestCheckpoint(join(folder, "checkpoints")))!;
  }
  const record = await readRestarts(folder);
  return {
    config: { ...config, restart: checkpoint.config.restart, steps: checkpoint.step },
    ...(notice !== undefined && { notice }),
    ...(restarts > 1 && record && { restarts: record }),
    folder,
    data,
    checkpoint,
    history: await readHistory(join(folder, "history.jsonl")),
    frames: await loadFrames(join(folder, "frames")),
    machine: (await Deno.readTextFile(join(folder, "machine.txt"))).trim(),
  };
}

/** Says where the images of a run come from, and what was left out, in words for captions. */
export function provenanceOf({ data: { tests, leftOut } }: Pick<Run, "data">): string {
  const provenances = new Set(tests.map(({ set }) => set.provenance));
  return [...provenances, ...(leftOut.length > 0 ? [tellLeftOut(leftOut)] : [])].join("; ");
}

function signalOf({ signal }: RunOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
