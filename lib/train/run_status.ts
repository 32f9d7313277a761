/**
 * How far a run is, read from its folder, while it trains or not.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { listCheckpoints, stepOf } from "./checkpoint.ts";
import { doubtsOf } from "./doubts.ts";
import { readHistory } from "./history.ts";
import { isRunLocked } from "./loop.ts";
import { runFolder } from "./run.ts";

/** Where a run stands: an interrupted one has a checkpoint to go on from, a missing one has none. */
export type RunState = "done" | "running" | "interrupted" | "missing";

/** How far a run is. */
export interface RunStatus {
  /** Where it lies, or will lie. */
  readonly folder: string;
  /** Where it stands. */
  readonly state: RunState;
  /** Steps that are saved; of a running one, that are taken. */
  readonly step: number;
  /** When its newest checkpoint was written; absent if there is none. */
  readonly savedAt?: Date;
  /** What a finished run gives reason to doubt. */
  readonly doubts: readonly string[];
}

/**
 * Reads how far a run is. Needs neither its data nor TensorFlow.
 *
 * @param runs The folder of all runs
 * @param config What is trained
 * @throws {SyntaxError} If its history is damaged
 */
export async function runStatus(runs: string, config: Config): Promise<RunStatus> {
  const folder = await runFolder(runs, config);
  const isRunning = await isRunLocked(folder);
  const newest = (await listCheckpoints(join(folder, "checkpoints"))).at(-1);
  const saved = newest === undefined ? 0 : stepOf(newest);
  const savedAt = newest === undefined ? undefined : await timeOf(newest);
  const status = { folder, step: saved, doubts: [], ...(savedAt && { savedAt }) };
  if (isRunning) {
    const last = (await readHistory(join(folder, "history.jsonl"))).at(-1);
    return { ...status, state: "running", step: last?.step ?? saved };
  }
  if (saved < config.steps) return { ...status, state: saved > 0 ? "interrupted" : "missing" };
  const history = await readHistory(join(folder, "history.jsonl"));
  return { ...status, state: "done", doubts: doubtsOf(config, history) };
}

/** A checkpoint may be removed, for newer ones, before it is looked at. */
async function timeOf(path: string): Promise<Date | undefined> {
  try {
    return (await Deno.stat(path)).mtime ?? undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
