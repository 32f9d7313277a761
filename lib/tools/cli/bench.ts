/**
 * `deno task bench`
 *
 * @module
 */
import { join } from "node:path";
import type { Command } from "commander";
import { watchOthers } from "@/tools/bench/quietness.ts";
import type { BenchReport, Failure, Size, StepReport } from "@/tools/bench/report.ts";
import type { Config } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import { runChild } from "@/tools/setup/child.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import {
  addConfigOptions,
  checkNames,
  configFrom,
  type ConfigOptions,
  dataDirOption,
  devicesOption,
  flagsOf,
  parseCount,
  usableConfig,
} from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { benchKernels } from "./bench_kernels.ts";
import { benchPeers, type PeerFlags, peerOptions } from "./bench_peers.ts";
import { action, type Outcome, type Session } from "./session.ts";

interface BenchFlags extends PeerFlags {
  readonly json?: boolean;
  readonly eager?: boolean;
  readonly parts?: boolean;
  readonly devices: number;
  readonly growth?: boolean;
  readonly kernels?: boolean;
  readonly losses?: number;
  readonly endurance?: number;
  readonly dataDir: string;
}

/** Calls that are not counted: the first ones compile and fill caches. */
const WARM_UP = 5;

/** Adds `deno task bench` to the program. */
export function addBench(program: Command): void {
  const command = program.command("bench").description("time the training step");
  for (const option of peerOptions()) command.addOption(option);
  addConfigOptions(command)
    .option("--repeat <count>", "steps to time", parseCount, 30)
    .option("--eager", "time it run operation by operation")
    .option("--parts", "time its parts too")
    .addOption(devicesOption())
    .option("--growth", "measure steps of other sizes too, each in a process of its own")
    .option(
      "--kernels",
      "list the kernels of a step on a GPU instead, each with its time and its floor",
    )
    .option("--losses <steps>", "train short runs too and keep their losses", parseCount)
    .option(
      "--endurance <steps>",
      "compare the last of many steps with the first ones",
      parseCount,
    )
    .addOption(dataDirOption())
    .option("--out <file>", "write all that was measured as JSON")
    .option("--json", "print the result as JSON on the last line")
    .action(action("bench", async (session, options: BenchFlags & ConfigOptions) => {
      const config = configFrom(options);
      checkNames(config);
      const choice = await prepare(session, undefined, options.devices);
      if (options.kernels) return await benchKernels(session, config, choice, options.out);
      const usable = await usableConfig(session, config);
      if (options.peer !== undefined) {
        return await benchPeers(session, usable, choice.backend, options);
      }
      if (options.devices > 1) return await benchDevices(session, usable, options);
      return await bench(session, usable, options);
    }));
}

/** Steps over which losses on several devices are compared with those on one. */
const COMPARED = 30;

/** Times steps of a batch on each device, and of four times as many images. */
async function benchDevices(
  session: Session,
  config: Config,
  { repeat, devices, out }: BenchFlags,
): Promise<Outcome> {
  const { compareDevices, deviceLines, timeDevices } = await import("@/tools/bench/devices.ts");
  const difference = compareDevices(config, devices, COMPARED);
  session.say(
    `bench: ${COMPARED} steps on ${devices} devices and on one: losses differ by ` +
      `${difference.toExponential(1)} of the loss at most; equal variables on all devices`,
  );
  const times = [1, 4].flatMap((factor) =>
    timeDevices({ ...config, batchSize: factor * config.batchSize }, devices, {
      warmUp: WARM_UP,
      repeat,
    })
  );
  for (const line of deviceLines(times)) session.say(line);
  if (out !== undefined) await writeAtomically(out, JSON.stringify(times, null, 2) + "\n");
  return {};
}

async function bench(session: Session, config: Config, flags: BenchFlags): Promise<Outcome> {
  const { repeat, json, out } = flags;
  const { nameOf, reportLines, sizeOf } = await import("@/tools/bench/report.ts");
  session.say(`bench: ${repeat} steps, ${nameOf(sizeOf(config))}`);
  const report = await measure(session, config, flags);
  for (const line of reportLines(report)) session.say(line);
  if (out !== undefined) await writeAtomically(out, JSON.stringify(report, null, 2) + "\n");
  const stepMs = report.step.medianMs;
  return json ? { closingLine: JSON.stringify({ stepMs, config }) } : {};
}

async function measure(session: Session, config: Config, flags: BenchFlags): Promise<BenchReport> {
  const { repeat, eager = false } = flags;
  const { growthOf, measureStep, versions } = await import("@/tools/bench/report.ts");
  const { currentCommit } = await import("@/show/figures/run_record.ts");
  const { describeMachine } = await import("@/engine/machine.ts");
  const stopWatching = watchOthers();
  const step = measureStep(config, {
    warmUp: WARM_UP,
    repeat,
    eager,
    onCall: (count) => session.progress("time", count, WARM_UP + repeat, "steps"),
  });
  session.say(`backend ${step.backend}, compiled in ${(step.compileMs / 1000).toFixed(1)} s`);
  const parts = flags.parts && await measureParts(session, config, repeat);
  const growth = flags.growth && await measureSizes(session, config, growthOf(config), repeat);
  const losses = flags.losses &&
    await measureLosses(session, { ...config, steps: flags.losses }, flags);
  const endurance = flags.endurance && await measureEndurance(session, config, flags.endurance);
  return {
    kind: "bench",
    commit: currentCommit(),
    machine: describeMachine(),
    versions: versions(),
    quietness: stopWatching(),
    config,
    step,
    ...(parts && { parts }),
    ...(growth && { growth }),
    ...(losses && { losses }),
    ...(endurance && { endurance }),
  };
}

async function measureParts(session: Session, config: Config, repeat: number) {
  const { countFunctions, timeParts } = await import("@/tools/bench/parts.ts");
  const total = countFunctions(config) * (WARM_UP + repeat);
  const onCall = (count: number) => session.progress("parts", count, total, "calls");
  return timeParts(config, { warmUp: WARM_UP, repeat, onCall });
}

async function measureLosses(session: Session, config: Config, { dataDir }: BenchFlags) {
  const { RUN_COUNT, shortRuns } = await import("@/tools/bench/losses.ts");
  const total = RUN_COUNT * config.steps;
  const onStep = (count: number) => session.progress("losses", count, total, "steps");
  return await shortRuns(config, { dataDir, signal: session.signal }, onStep);
}

async function measureEndurance(session: Session, config: Config, steps: number) {
  const { measureEndurance } = await import("@/tools/bench/endurance.ts");
  const onStep = (count: number) => session.progress("endurance", count, steps, "steps");
  return measureEndurance(config, { steps, onStep });
}

/**
 * Measures steps of several sizes, each by this command in a process of its own, so that each has its
 * own memory and start-up. One that fails is reported as a failure.
 */
export async function measureSizes(
  session: Session,
  config: Config,
  sizes: readonly Size[],
  repeat: number,
): Promise<(StepReport | Failure)[]> {
  const out = await Deno.makeTempFile({ prefix: "bench-", suffix: ".json" });
  const results: (StepReport | Failure)[] = [];
  const { nameOf } = await import("@/tools/bench/report.ts");
  try {
    for (const size of sizes) {
      session.progress("growth", results.length, sizes.length, "sizes");
      const flags = [...flagsOf({ ...config, ...size }), "--repeat", String(repeat), "--out", out];
      const program = join(PROJECT.root, "lib", "tools", "cli", "main.ts");
      try {
        await runChild(Deno.execPath(), ["run", "--allow-all", program, "bench", ...flags], {
          action: `measure ${nameOf(size)}`,
          cure: "measure a smaller one",
          signal: session.signal,
        });
        results.push(JSON.parse(await Deno.readTextFile(out)).step);
      } catch (error) {
        session.signal.throwIfAborted();
        results.push({ ...size, failure: (error as Error).message });
      }
    }
  } finally {
    await Deno.remove(out);
  }
  return results;
}
