/**
 * Training, killed at random moments and resumed until its end.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { flagsOf } from "@/tools/cli/config_options.ts";
import { readHistory } from "@/train/history.ts";
import { printedBy, startCommand, trainArguments } from "./command.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import {
  type Outcome,
  outcomeOf,
  readAll,
  requireSame,
  requireSameLosses,
  tinyConfig,
  trainTiny,
} from "./tiny_run.ts";
import { makeTries } from "./tries.ts";
import type { Random } from "@/engine/random.ts";

/** Steps of each training: enough for several kills, with 13 and more checkpoints. */
const STEPS = { vae: 120, searched: 24 } as const;

/** A try is a kill; a training that was killed to its end is compared and gives way to the next one. */
export const TRAINING_KILLED: Fault = {
  name: "training killed",
  right:
    "every checkpoint reads; resumed, losses and variables equal the uninterrupted run's to the bit",
  tries: { whole: 100, short: 2 },
  run,
};

/** A training that is being killed. */
interface Victim {
  readonly config: Config;
  readonly whole: Outcome;
  readonly out: string;
}

async function run(context: FaultContext): Promise<FaultResult> {
  const { folder } = context;
  const wholes = new Map<string, Pick<Victim, "config" | "whole">>();
  /** Trains a method without a kill, once. */
  const wholeOf = async (method: "vae" | "searched") => {
    const config = tinyConfig(method, STEPS[method]);
    const out = join(folder, method);
    await trainTiny(config, out);
    const run = { config, whole: await outcomeOf(out) };
    wholes.set(method, run);
    return run;
  };
  let [started, finished] = [0, 0];
  const next = async (): Promise<Victim> => {
    const method = started % 2 === 0 ? "vae" : "searched";
    const run = wholes.get(method) ?? await wholeOf(method);
    return { ...run, out: join(folder, `killed ${started++}`) };
  };
  let victim = await next();
  const isDone = async () => await stepsIn(victim.out) === victim.config.steps;
  const result = await makeTries(context, async (random) => {
    for (;;) {
      try {
        const moment = await killOnce(victim, random);
        await check(victim);
        if (moment !== undefined && !await isDone()) return moment;
        await finish(victim);
        finished++;
        victim = await next();
        if (moment !== undefined) return moment;
      } catch (error) {
        victim = await next(); // what comes of this one says no more
        throw error;
      }
    }
  });
  if (result.failures.length > 0) return result;
  try {
    await finish(victim);
    finished++;
  } catch (error) {
    const failures = [`after the last try: ${(error as Error).message}`];
    return { ...result, failures };
  }
  return { ...result, note: `${result.note}; ${finished} runs ended bit-equal` };
}

/**
 * Starts or resumes a training and kills it: at any time, or soon after a step that draws decide.
 *
 * @returns When; nothing if it ended before
 */
async function killOnce(victim: Victim, random: Random): Promise<string | undefined> {
  const { config, out } = victim;
  const before = await stepsIn(out);
  const child = startCommand(trainArguments(flagsOf(config), out));
  const ending = printedBy(child);
  let isOver = false;
  ending.then(() => isOver = true);
  const isAnyTime = random.uniform() < 0.2;
  const waited = isAnyTime ? random.uniform(0, 3000) : random.uniform(0, 120);
  const steps = before + random.integer(12);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  // Before its first step a resumed training cuts the history back to its checkpoint.
  while (!isAnyTime && !isOver && await stepsIn(out) <= steps) await pause(5);
  await pause(waited);
  const wasOver = isOver;
  if (!wasOver) child.kill("SIGKILL");
  const { code, message } = await ending;
  if (wasOver && code !== 0) throw new Error(`it must train, got ${message}`);
  if (wasOver) return undefined;
  const after = await stepsIn(out);
  return after > before ? "while training" : "while starting";
}

async function stepsIn(out: string): Promise<number> {
  return (await readHistory(join(out, "history.jsonl"))).at(-1)?.step ?? 0;
}

/** Whatever a kill left can be read, and is what the uninterrupted run had. */
async function check({ out, whole }: Victim): Promise<void> {
  await readAll(out);
  const history = await readHistory(join(out, "history.jsonl"));
  requireSameLosses(history.map(({ ms: _, ...losses }) => losses), whole.losses);
}

/** Resumes it to its end, without a kill. */
async function finish({ config, out, whole }: Victim): Promise<void> {
  const { code, message } = await printedBy(startCommand(trainArguments(flagsOf(config), out)));
  if (code !== 0) throw new Error(`it must resume, got ${message}`);
  await requireSame(out, whole);
}
