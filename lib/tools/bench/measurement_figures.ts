/**
 * Figures of the measurements of `deno task bench`, from its reports.
 *
 * @module
 */
import { join } from "node:path";
import { LATER_RUN_FIELDS } from "@/config.ts";
import type { DeviceTimes } from "./devices.ts";
import type { PeerRow, PeersReport } from "./peers.ts";
import type { RanksReport } from "./scale_tables.ts";
import { kernelGroups, type KernelsReport } from "./kernels/kernels.ts";
import { type BenchReport, nameOf, sizeOf, type StepReport } from "./report.ts";
import { summarize } from "./timing.ts";
import { growthCurves, type GrowthPoint, overlaidLosses } from "@/show/plot/growth.ts";
import {
  inMilliseconds,
  kernelBars,
  partBars,
  type TimeBar,
  timeBars,
} from "@/show/plot/performance.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";

/** An attempt to make the step faster or smaller. */
export interface Try {
  /** What was changed. */
  readonly what: string;
  /** Its expected effect. */
  readonly predicted: string;
  /** Its measured effect. */
  readonly measured: string;
  /** Whether it was kept. */
  readonly kept: boolean;
}

/** Measurements on all machines. */
export interface Measurements {
  /** Reports of our own step. */
  readonly reports: readonly BenchReport[];
  /** Reports of our step beside its peers. */
  readonly peers: readonly PeersReport[];
  /** Kernels of steps on GPUs. */
  readonly kernels: readonly KernelsReport[];
  /** Steps on several GPUs of a host. */
  readonly devices: readonly DeviceTimes[];
  /** Steps of several processes. */
  readonly ranks: readonly RanksReport[];
  /** Attempts to improve it. */
  readonly tries: readonly Try[];
}

/**
 * Reads a folder of reports and the list of tries, `tries.json`.
 *
 * @throws {SyntaxError} If a file is not a report
 */
export async function readMeasurements(folder: string): Promise<Measurements> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => name.endsWith(".json")).sort();
  const reports: BenchReport[] = [];
  const peers: PeersReport[] = [];
  const kernels: KernelsReport[] = [];
  const ranks: RanksReport[] = [];
  const devices: DeviceTimes[] = [];
  let tries: Try[] = [];
  for (const name of names) {
    const content = JSON.parse(await Deno.readTextFile(join(folder, name)));
    if (name === "tries.json") tries = content;
    else if (name === "devices.json") devices.push(...content);
    else if (content.kind === "bench") reports.push(content);
    else if (content.kind === "peers") peers.push(content);
    else if (content.kind === "kernels") kernels.push(content);
    else if (content.kind === "ranks") ranks.push(content);
    else {
      throw new SyntaxError(
        `Cannot read report "${name}": kind must be bench, peers, kernels or ranks, got ${content.kind}; ` +
          `write it with \`deno task bench --out\``,
      );
    }
  }
  return { reports, peers, kernels, devices, ranks, tries };
}

/** The part of a report that the step figure shows. */
export type StepOnly = Pick<BenchReport, "machine" | "config" | "step">;
/** The part that the parts figure shows. */
export type PartsOnly = Pick<BenchReport, "machine" | "config" | "parts">;
/** The part of a row that the step figure shows. */
export type PeerTimes = Pick<PeerRow, "name" | "medianMs" | "ratioOfMedians" | "failure">;
/** The part of a peers report that the step figure shows. */
export type PeersOnly = Pick<PeersReport, "kind" | "machine" | "config"> & {
  /** Our step and its peers. */
  readonly rows: readonly PeerTimes[];
};

/**
 * Draws our step, its floor and the peers, ordered by machine and size. If peers were measured, our
 * time is the one measured beside them, otherwise that of a quiet report if there is one. Several
 * races on one machine are drawn as medians.
 */
export function stepFigure(
  { reports, peers }: { reports: readonly StepOnly[]; peers: readonly PeersOnly[] },
): Bitmap {
  const titles = distinct([...reports, ...peers].map(titleOf))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return timeBars(titles.map((title) => {
    const beside = peers.filter((report) => titleOf(report) === title);
    const alone = reports.filter((report) => titleOf(report) === title);
    const precisions = distinct(alone.map(({ config }) => config.precision));
    const bars = [
      ...precisions.slice(0, 1).flatMap((precision) => floorBars(quietest(alone, precision))),
      ...peerBars(beside),
      ...precisions.filter((it) => !beside.some(({ config }) => config.precision === it))
        .map((precision) => ownBar(quietest(alone, precision), precision)),
    ];
    return { title, bars: bars.toSorted((a, b) => (a.ms || Infinity) - (b.ms || Infinity)) };
  }));
}

/** Draws the time of each part of a step. */
export function partsFigure(reports: readonly PartsOnly[]): Bitmap {
  return partBars(
    holding("parts", reports).map((report) => ({
      title: titleOf(report),
      parts: report.parts!.map(({ name, direction, medianMs }) => ({
        name,
        direction,
        ms: medianMs,
      })),
    })),
  );
}

/** Draws the growth of a step's time and memory with batch, grid and filters. */
export function growthFigure(reports: readonly BenchReport[]): Bitmap {
  return growthCurves(
    holding("growth", reports).flatMap((report) => {
      const { batchSize, imageSize, filters } = sizeOf(report.config);
      const sizes = report.growth!.filter((size) => "quietness" in size);
      const along = (
        name: string,
        field: "batchSize" | "imageSize" | "filters",
        among: StepReport[],
      ) => among.map((step) => pointOf(report, step, name, step[field]!));
      return [
        ...along(
          "pictures in a batch",
          "batchSize",
          sizes.filter((size) => size.imageSize === imageSize && size.filters === filters),
        ),
        ...along(
          "side of the grid",
          "imageSize",
          sizes.filter((size) =>
            size.filters === filters &&
            (size.imageSize !== imageSize || size.batchSize === batchSize)
          ),
        ),
        ...along(
          "filters",
          "filters",
          sizes.filter((size) =>
            size.filters !== undefined && size.imageSize === imageSize &&
            size.batchSize === batchSize
          ),
        ),
      ];
    }),
  );
}

/** Draws the losses of short runs by precision. */
export function lossesFigure(reports: readonly BenchReport[]): Bitmap {
  return overlaidLosses(
    holding("losses", reports).flatMap(({ machine, config, losses }) => {
      const series = `${config.precision} on ${machine}`;
      return losses!.flatMap(({ seed, losses }) =>
        losses.map((loss, i) => ({ series, run: seed, step: i + 1, loss }))
      );
    }),
  );
}

/** Kernels drawn of one step; the rest makes one bar. */
const KERNELS_SHOWN = 14;

/** Draws the slowest kernels of steps, each over its floor. */
export function kernelsFigure(reports: readonly KernelsReport[]): Bitmap {
  if (reports.length === 0) {
    throw new RangeError(
      "Cannot draw kernels: there must be at least one report, got none; write one with " +
        "`deno task bench --kernels --out` on a GPU",
    );
  }
  return kernelBars(reports.map((report) => ({
    title: `${titleOf(report)}, ${report.config.precision}`,
    bars: kernelGroups(report, KERNELS_SHOWN),
  })));
}

/** Formats the attempts as a Markdown table. */
export function triesTable(tries: readonly Try[]): string {
  const rows = tries.map(({ what, predicted, measured, kept }) =>
    `| ${what} | ${predicted} | ${measured} | ${kept ? "kept" : "dropped"} |`
  );
  return ["| what | predicted | measured | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function floorBars({ step: { floorMs } }: StepOnly): TimeBar[] {
  if (floorMs === undefined) return [];
  return [{ name: "floor", ms: floorMs, kind: "floor", label: inMilliseconds(floorMs) }];
}

function ownBar({ step: { medianMs, quietness } }: StepOnly, precision: string): TimeBar {
  const label = inMilliseconds(medianMs) + (quietness.isQuiet ? "" : ", not quiet");
  return { name: named("ours", precision), ms: medianMs, kind: "ours", label };
}

/** Makes one bar per contestant, over all its races. */
function peerBars(races: readonly PeersOnly[]): TimeBar[] {
  const results = new Map<string, PeerTimes[]>();
  for (const { config, rows } of races) {
    for (const row of rows) {
      const name = named(row.name, config.precision);
      results.set(name, [...results.get(name) ?? [], row]);
    }
  }
  return Array.from(results, ([name, rows]) => peerBar(name, rows));
}

function peerBar(name: string, rows: readonly PeerTimes[]): TimeBar {
  const median = (field: "medianMs" | "ratioOfMedians") =>
    summarize(rows.flatMap((row) => row[field] ?? [])).medianMs;
  if (rows.every(({ medianMs }) => medianMs === undefined)) {
    return { name, ms: 0, kind: "peer", label: "failed" };
  }
  const ms = median("medianMs");
  return rows.every(({ ratioOfMedians }) => ratioOfMedians === 1)
    ? { name, ms, kind: "ours", label: inMilliseconds(ms) }
    : {
      name,
      ms,
      kind: "peer",
      label: `${inMilliseconds(ms)}, ${median("ratioOfMedians").toFixed(2)} ×`,
    };
}

function pointOf(report: BenchReport, step: StepReport, along: string, size: number): GrowthPoint {
  const { medianMs, floorMs, batchSize, peakMemory, graphicsMemory, quietness } = step;
  return {
    series: named(report.machine, report.config.precision),
    along,
    size,
    values: {
      "ms per picture": medianMs / batchSize,
      "peak memory in GB": (graphicsMemory ?? peakMemory) / 1e9,
    },
    floors: { ...(floorMs !== undefined && { "ms per picture": floorMs / batchSize }) },
    isQuiet: quietness.isQuiet,
  };
}

function quietest(reports: readonly StepOnly[], precision: string): StepOnly {
  const candidates = reports.filter(({ config }) => config.precision === precision);
  return candidates.find(({ step }) => step.quietness.isQuiet) ?? candidates[0]!;
}

/** Returns the reports that have a field. */
function holding<Report>(field: keyof Report & string, reports: readonly Report[]): Report[] {
  const found = reports.filter((report) => report[field] !== undefined);
  if (found.length > 0) return found;
  throw new RangeError(
    `Cannot draw ${field}: at least one report must have them, got none; write one with ` +
      `\`deno task bench --${field} --out\``,
  );
}

function titleOf({ machine, config }: Pick<BenchReport, "machine" | "config">): string {
  const { method } = { ...LATER_RUN_FIELDS, ...config };
  const name = nameOf(sizeOf(config));
  return `${machine}: ${method === LATER_RUN_FIELDS.method ? name : `${method}, ${name}`}`;
}

/** Adds the precision to a name, unless it is float32. */
function named(name: string, precision: string): string {
  return precision === "float32" ? name : `${name}, ${precision}`;
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
