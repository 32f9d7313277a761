/**
 * Tables of steps on several GPUs, and in several processes.
 *
 * @module
 */
import type { DeviceTimes } from "./devices.ts";
import { ms } from "./table.ts";

/** A sum over processes, through a link. */
export interface LinkTimes {
  /** How many processes. */
  readonly ranks: number;
  /** What lies between them. */
  readonly link: string;
  /** Median time of a sum, in milliseconds. */
  readonly allReduceMs: number;
  /** What the bytes take at the link's speed, in milliseconds; null where nothing limits it. */
  readonly arithmeticMs: number | null;
}

/** What several processes cost, as `notebooks/performance/ranks.json` holds it. */
export interface RanksReport {
  /** Distinguishes it from other reports. */
  readonly kind: "ranks";
  /** The machine and its MPI. */
  readonly machine: string;
  /** One step, in milliseconds. */
  readonly step: {
    readonly what: string;
    /** Taken as one function. */
    readonly oneFunctionMs: number;
    /** Cut into phases. */
    readonly phasesMs: number;
    /** Median over pairs of steps of what the cut costs. */
    readonly medianDifferenceMs: number;
    /** A sum of all gradients over two processes, by shared memory. */
    readonly allReduceMs: number;
    /** Share of a step that phases and sum cost together. */
    readonly overhead: number;
  };
  /** Sums through slower links. */
  readonly links: readonly LinkTimes[];
  /** How the links were made, and what they do not show. */
  readonly linksNote: string;
}

/** Formats times on several devices as a Markdown table. */
export function devicesTable(times: readonly DeviceTimes[]): string {
  return [
    "| machine | GPUs | images on each | step | share of their speed |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...times.map(({ machine, devices, batch, stepMs, efficiency }) =>
      `| ${machine} | ${devices} | ${batch} | ${ms(stepMs)} ms | ${efficiency.toFixed(2)} |`
    ),
  ].join("\n");
}

/** Formats sums over processes as a Markdown table. */
export function linksTable({ links }: Pick<RanksReport, "links">): string {
  return [
    "| processes | link | sum of the gradients | its bytes over the link |",
    "| ---: | --- | ---: | ---: |",
    ...links.map(({ ranks, link, allReduceMs, arithmeticMs }) =>
      `| ${ranks} | ${link} | ${ms(allReduceMs)} ms | ${
        arithmeticMs === null ? "" : `${ms(arithmeticMs)} ms`
      } |`
    ),
  ].join("\n");
}
