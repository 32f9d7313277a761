/**
 * `deno task bench`
 *
 * @module
 */
import type { Command } from "commander";
import type { Config } from "@/config.ts";
import {
  addConfigOptions,
  checkNames,
  configFrom,
  type ConfigOptions,
  parseCount,
  usableConfig,
} from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, type Outcome, type Session } from "./session.ts";

interface BenchFlags {
  readonly repeat: number;
  readonly json?: boolean;
  readonly eager?: boolean;
}

/** Steps that are not counted: the first ones compile and fill caches. */
const WARM_UP = 5;

/** Adds `deno task bench` to the program. */
export function addBench(program: Command): void {
  addConfigOptions(program.command("bench").description("time the training step"))
    .option("--repeat <count>", "steps to time", parseCount, 30)
    .option("--eager", "time it run operation by operation")
    .option("--json", "print the result as JSON on the last line")
    .action(action("bench", async (session, options: BenchFlags & ConfigOptions) => {
      const config = configFrom(options);
      await prepare(session);
      await checkNames(config);
      return await bench(session, await usableConfig(session, config), options);
    }));
}

async function bench(
  session: Session,
  config: Config,
  { repeat, json, eager }: BenchFlags,
): Promise<Outcome> {
  const { timeSteps } = await import("@/train/timing.ts");
  session.say(`bench: ${repeat} steps, batch ${config.batchSize}, ${config.filters} filters`);
  const { milliseconds, compileMs, backend } = timeSteps(config, {
    warmUp: WARM_UP,
    repeat,
    eager: eager ?? false,
    onStep: (step) => session.progress("time", step, WARM_UP + repeat, "steps"),
  });
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const stepMs = sorted[Math.floor(sorted.length / 2)]!;
  const [fastest, slowest] = [sorted[0]!, sorted.at(-1)!];
  session.say(`backend ${backend}, compiled in ${(compileMs / 1000).toFixed(1)} s`);
  session.say(
    `step: median ${stepMs.toFixed(1)} ms, fastest ${fastest.toFixed(1)}, ` +
      `slowest ${slowest.toFixed(1)}`,
  );
  return json ? { closingLine: JSON.stringify({ stepMs, config }) } : {};
}
