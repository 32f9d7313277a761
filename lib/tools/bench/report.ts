/**
 * What `deno task bench` measures and prints.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { nativeBackend } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { flopsOfStep, measurePeak } from "./floor.ts";
import type { LossRun } from "./losses.ts";
import type { PartTimes } from "./parts.ts";
import { type Quietness, quietnessInWords, watchOthers } from "./quietness.ts";
import { graphicsMemory, peakMemory } from "./resources.ts";
import { aligned, gigabytes, ms } from "./table.ts";
import { countNodes, type StepTimes, timeSteps, type TimingOptions } from "./timing.ts";

/** The sizes that a step grows with. */
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

/** Everything about one configuration, measured in one process. */
export interface StepReport extends Size, StepTimes {
  /** Nodes of the step's graph as it is traced. */
  readonly nodes: number;
  /** The most memory that the process held up to the last step, in bytes. */
  readonly peakMemory: number;
  /** Memory of the graphics card that it took, in bytes, where there is one. */
  readonly graphicsMemory?: number;
  /** Floating point operations that the step needs, where they are known. */
  readonly flops?: number;
  /** Floating point operations a second of the best matrix product here, right after the steps. */
  readonly peakFlopsPerSecond: number;
  /** The time of that many at that speed, where they are known. */
  readonly floorMs?: number;
  /** Whether others used the machine during the steps. */
  readonly quietness: Quietness;
}

/** A configuration that could not be measured, such as for want of memory. */
export interface Failure extends Size {
  /** Why. */
  readonly failure: string;
}

/** What `--out` writes. */
export interface BenchReport {
  /** Tells it from other reports. */
  readonly kind: "bench";
  /** The commit of the code. */
  readonly commit: string;
  /** The kind of machine, such as `describeMachine()` gives. */
  readonly machine: string;
  /** Versions of what computes. */
  readonly versions: Readonly<Record<"deno" | "tfjs" | "tensorflow", string>>;
  /** Whether others used the machine during any of the measurements. */
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

/** Lists the sizes of `--growth`: one of batch, grid and filters differs from the config at a time. */
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

/** Gives the versions of what computes. */
export function versions(): BenchReport["versions"] {
  const { TF_Version } = nativeBackend().binding as unknown as { TF_Version: string };
  return { deno: Deno.version.deno, tfjs: tf.version.tfjs, tensorflow: TF_Version };
}

/** Gives the report as lines: one table, what the floor is, and whether the machine was quiet. */
export function reportLines(report: BenchReport): string[] {
  const { step, parts = [], growth = [], quietness } = report;
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
  const card = graphicsMemory === undefined ? "" : ` + ${gigabytes(graphicsMemory)}`;
  return [
    ms(medianMs),
    ms(fastestMs),
    floorMs === undefined ? "" : (medianMs / floorMs).toFixed(2),
    gigabytes(peakMemory) + card,
    String(nodes),
    startUpSeconds.toFixed(1),
  ];
}
