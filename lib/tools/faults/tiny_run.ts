/**
 * The small trainings that faults interrupt: both methods, a few seconds each.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { configWith } from "@/method/registry.ts";
import { listCheckpoints, loadCheckpoint } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
import { train, type TrainOptions, type TrainResult } from "@/train/loop.ts";
import { loadRunData } from "@/train/run_data.ts";
import { namesIn, requireThat } from "./tries.ts";

/** What all of them have; the data are drawn, so nothing is fetched. */
const COMMON = {
  data: "embedded-digits:1",
  imageSize: 8,
  batchSize: 4,
  checkpointEvery: 4,
  frameEvery: 6,
};

/**
 * Gives the config of a small training.
 *
 * @param method Its method
 * @param steps Its length
 */
export function tinyConfig(method: "vae" | "searched", steps: number): Config {
  const sizes = method === "vae" ? { filters: 4, latentSize: 4 } : { filters: 32, latentSize: 3 };
  return configWith("quick", { ...COMMON, ...sizes, method, steps });
}

/** Trains a config in this process. */
export async function trainTiny(
  config: Config,
  out: string,
  options: Partial<TrainOptions> = {},
): Promise<TrainResult> {
  return await train(config, { ...await loadRunData(config), out, ...options });
}

/** What two trainings of one config share to the bit: all losses and the newest checkpoint. */
export interface Outcome {
  /** One record of each step, without its time. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Every variable, by name. */
  readonly snapshot: Readonly<Record<string, ArrayLike<number>>>;
}

/** Reads what a training has left. */
export async function outcomeOf(out: string): Promise<Outcome> {
  const history = await readHistory(join(out, "history.jsonl"));
  const newest = (await listCheckpoints(join(out, "checkpoints"))).at(-1)!;
  const { snapshot } = await loadCheckpoint(newest);
  return {
    losses: history.map(({ ms: _, ...losses }) => losses),
    snapshot: Object.fromEntries(
      Object.entries(snapshot).map(([name, { values }]) => [name, values]),
    ),
  };
}

/**
 * Requires that a training left what the uninterrupted one did, to the bit, and no temporary file.
 *
 * @throws {Error} If not; the message names the first difference
 */
export async function requireSame(out: string, whole: Outcome): Promise<void> {
  const { losses, snapshot } = await outcomeOf(out);
  requireSameLosses(losses, whole.losses);
  requireThat(
    losses.length === whole.losses.length,
    `it must have all steps, got ${losses.length}`,
  );
  for (const [name, values] of Object.entries(whole.snapshot)) {
    const found = snapshot[name];
    const isSame = found?.length === values.length &&
      Array.prototype.every.call(values, (value, i) => Object.is(value, found[i]));
    requireThat(isSame, `${name} must be that of the uninterrupted run`);
  }
  for (const folder of [out, join(out, "checkpoints"), join(out, "frames")]) {
    const left = (await namesIn(folder)).filter((name) => name.endsWith(".tmp"));
    requireThat(left.length === 0, `no temporary file must be left, got ${left}`);
  }
}

/**
 * Requires that losses are the first ones of the uninterrupted run.
 *
 * @throws {Error} If not
 */
export function requireSameLosses(
  losses: Outcome["losses"],
  whole: Outcome["losses"],
): void {
  const i = losses.findIndex((record, i) => JSON.stringify(record) !== JSON.stringify(whole[i]));
  if (i < 0) return;
  throw new Error(
    `the losses must be ${JSON.stringify(whole[i])}, got ${JSON.stringify(losses[i])}`,
  );
}

/**
 * Requires that every checkpoint of a run can be read.
 *
 * @returns How many there are
 * @throws What `loadCheckpoint` throws
 */
export async function readAll(out: string): Promise<number> {
  const paths = await listCheckpoints(join(out, "checkpoints"));
  for (const path of paths) await loadCheckpoint(path);
  return paths.length;
}
