/**
 * The measurements and output of `deno task bench`.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { nativeBackend } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { type Endurance, enduranceLine } from "./endurance.ts";
import { flopsOfStep, measurePeak } from "./floor.ts";
import type { LossRun } from "./losses.ts";
import type { PartTimes } from "./parts.ts";
import { type Quietness, quietnessInWords, watchOthers } from "./quietness.ts";
import { graphicsMemory, peakMemory } from "./resources.ts";
import { aligned } from "../aligned.ts";
import { gigabytes, ms } from "./table.ts";
import { countNodes, type StepTimes, timeSteps, type TimingOptions } from "./timing.ts";

/** The sizes that the cost of a step depends on. */
export interface Size {
  /** Images in one step. */
  readonly batchSize: number;
  /** Side of the images and of the grid. */
  readonly imageSize: number;
  /** Channels of the widest layers, where the method has such an option. */
  readonly filters?: number;
}

/** Gives the sizes of a config. */
export function sizeOf({ batchSize, imageSize, filters }: Config): Size {
  return { batchSize, imageSize, ...(typeof filters === "number" && { filters }) };
}

/** All measurements of one configuration, in one process. */
export interface StepReport extends Size, StepTimes {
  /** Nodes of the step's graph as traced. */
  readonly nodes: number;
  /** Peak memory of the process up to the last step, in bytes. */
  readonly peakMemory: number;
  /** GPU memory it took, in bytes, if there is a GPU. */
  readonly graphicsMemory?: number;
  /** Floating-point operations of the step, if known. */
  readonly flops?: number;
  /** FLOP/s of the fastest matrix product on this machine, measured right after the steps. */
  readonly peakFlopsPerSecond: number;
  /** The time of `flops` at that speed, if known. */
  readonly floorMs?: number;
  /** Whether other processes used the machine during the steps. */
  readonly quietness: Quietness;
}

/** A configuration that could not be measured, e.g. out of memory. */
export interface Failure extends Size {
  /** The reason. */
  readonly failure: string;
}

/** The output of `--out`. */
export interface BenchReport {
  /** Distinguishes it from other reports. */
  readonly kind: "bench";
  /** The commit of the code. */
  readonly commit: string;
  /** The kind of machine, from `describeMachine()`. */
  readonly machine: string;
  /** Software versions. */
  readonly versions: Readonly<Record<"deno" | "tfjs" | "tensorflow", string>>;
  /** Whether other processes used the machine during any measurement. */
  readonly quietness: Quietness;
  /** What was measured. */
  readonly config: Config;
  /** The step. */
  readonly step: StepReport;
  /** Its parts. */
  readonly parts?: readonly PartTimes[];
  /** Steps of other sizes. */
  readonly growth?: readonly (StepReport | Failure)[];
  /** Losses of short runs. */
  readonly losses?: readonly LossRun[];
  /** A long run of steps. */
  readonly endurance?: Endurance;
}

/** Measures the step of one configuration. */
export function measureStep(
  config: Config,
  options: TimingOptions & { readonly eager?: boolean },
): StepReport {
  const graphicsBefore = graphicsMemory();
  const stopWatching = watchOthers();
  const times = timeSteps(config, options);
  const quietness = stopWatching();
  const memory = peakMemory();
  const isGraphics = times.backend === "GPU" && graphicsBefore !== undefined;
  const graphics = isGraphics ? { graphicsMemory: graphicsMemory()! - graphicsBefore } : {};
  const [flops, peakFlopsPerSecond] = [flopsOfStep(config), measurePeak()];
  return {
    ...sizeOf(config),
    ...times,
    nodes: countNodes(config),
    peakMemory: memory,
    ...graphics,
    peakFlopsPerSecond,
    ...(flops !== undefined && { flops, floorMs: 1000 * flops / peakFlopsPerSecond }),
    quietness,
  };
}

/** Lists the sizes of `--growth`, which vary batch, grid and filters one at a time. */
export function growthOf(config: Config): Size[] {
  const base = sizeOf(config);
  const sizes: Size[] = [
    ...[8, 16, 32, 64, 128, 256, 512].map((batchSize) => ({ ...base, batchSize })),
    ...[28, 32].map((imageSize) => ({ ...base, imageSize })),
    { ...base, imageSize: 64, batchSize: 16 }, // eight times the cells of 32, so fewer images
    ...("filters" in base ? [32, 64, 128].map((filters) => ({ ...base, filters })) : []),
  ];
  return [...new Map(sizes.map((size) => [nameOf(size), size])).values()];
}

/** Returns the software versions. */
export function versions(): BenchReport["versions"] {
  const { TF_Version } = nativeBackend().binding as unknown as { TF_Version: string };
  return { deno: Deno.version.deno, tfjs: tf.version.tfjs, tensorflow: TF_Version };
}

/** Formats the report: a table, the floor, and whether the machine was quiet. */
export function reportLines(report: BenchReport): string[] {
  const { step, parts = [], growth = [], endurance, quietness } = report;
  const heads = ["", "median ms", "fastest ms", "/ floor", "memory GB", "nodes", "start-up s"];
  const { flops, peakFlopsPerSecond, floorMs } = step;
  return [
    ...aligned([
      heads,
      ["step", ...cellsOf(step)],
      ...(floorMs === undefined ? [] : [["floor", "", floorMs.toFixed(1)]]),
      ...parts.map(({ name, direction = "", medianMs, fastestMs }) => [
        `${name} ${direction}`.trimEnd(),
        ms(medianMs),
        ms(fastestMs),
      ]),
      ...growth.map((size) => [
        nameOf(size) + ("quietness" in size && !size.quietness.isQuiet ? ", not quiet" : ""),
        ...("failure" in size ? ["failed"] : cellsOf(size)),
      ]),
    ]),
    ...(flops === undefined ? [] : [
      `floor: ${(flops / 1e9).toFixed(1)} GFLOP at ${
        (peakFlopsPerSecond / 1e9).toFixed(0)
      } GFLOP/s, ` +
      `the best matrix product here`,
    ]),
    ...(endurance ? [enduranceLine(endurance)] : []),
    quietnessInWords(quietness),
  ];
}

/** Puts sizes into words. */
export function nameOf({ batchSize, imageSize, filters }: Size): string {
  const width = filters === undefined ? "" : `, ${filters} filters`;
  return `batch ${batchSize}, grid ${imageSize}${width}`;
}

function cellsOf(step: StepReport): string[] {
  const { medianMs, fastestMs, floorMs, peakMemory, graphicsMemory, nodes, startUpSeconds } = step;
  const gpu = graphicsMemory === undefined ? "" : ` + ${gigabytes(graphicsMemory)}`;
  return [
    ms(medianMs),
    ms(fastestMs),
    floorMs === undefined ? "" : (medianMs / floorMs).toFixed(2),
    gigabytes(peakMemory) + gpu,
    String(nodes),
    startUpSeconds.toFixed(1),
  ];
}
