/**
 * The kernels of a training step: how long each takes, and how long it would take at the speed of the
 * GPU's memory or of its products, whichever is slower.
 *
 * @module
 */
import { medianOf } from "@/study/score/spread.ts";
import type { BenchReport } from "../report.ts";
import { aligned } from "../../aligned.ts";
import type { Launch } from "./hlo.ts";
import type { Activity } from "./tracer.ts";

/** One kernel of a step. */
export interface KernelRow {
  /** Its name on the GPU. */
  readonly kernel: string;
  /** The TensorFlow operations in it; empty for what is not part of XLA's program. */
  readonly computes: string;
  /** How often a step launches it. */
  readonly count: number;
  /** Microseconds in all launches of a step: their number times the median. */
  readonly us: number;
  /** Bytes that all of them must move, each read or written once; unknown outside of the program. */
  readonly bytes?: number;
  /** Floating point operations in products of all of them. */
  readonly flops?: number;
  /** The least time for these, in microseconds. */
  readonly floorUs?: number;
}

/** How fast the GPU is. */
export interface Speeds {
  /** Bytes a second of a copy within its memory, read and written ones together. */
  readonly bytesPerSecond: number;
  /** Floating point operations a second of a large product. */
  readonly flopsPerSecond: number;
}

/** What `deno task bench --kernels --out` writes. */
export interface KernelsReport extends
  Speeds,
  Pick<
    BenchReport,
    "commit" | "machine" | "versions" | "config"
  > {
  /** Tells it from other reports. */
  readonly kind: "kernels";
  /** A step without tracing, in microseconds. */
  readonly stepUs: number;
  /** From the start of a step to that of the next while they are traced. */
  readonly tracedUs: number;
  /** Sum over kernels, in microseconds; for the rest of the step the GPU waits. */
  readonly busyUs: number;
  /** Sum of the floors of the kernels that have one, in microseconds. */
  readonly floorUs: number;
  /** The slowest first. */
  readonly kernels: readonly KernelRow[];
}

/**
 * Joins what the GPU ran to what the program launches.
 *
 * Steps begin at one of the kernels that a step launches least often. Those that launch something
 * else than most, such as an upload, are left out. Kernels of XLA have the names of launches; those of
 * libraries are joined by their place between these.
 *
 * @param activities In order
 * @param launches Of one step, in order
 * @throws {RangeError} If no kernel of the program ran often enough to tell steps apart
 */
export function kernelsOf(
  activities: readonly Activity[],
  launches: readonly Launch[],
  speeds: Speeds,
): Pick<KernelsReport, "tracedUs" | "busyUs" | "floorUs" | "kernels"> {
  const { steps, lengths } = stepsIn(activities, launches);
  const groups = new Map<string, { launch?: Launch; kernel: string; ns: number[] }>();
  for (const step of steps) {
    for (const [activity, launch] of joined(step, launches)) {
      const key = `${activity.name}\t${launch && launches.indexOf(launch)}`;
      const group = groups.get(key) ??
        { ...(launch && { launch }), kernel: activity.name, ns: [] };
      group.ns.push(activity.duration);
      groups.set(key, group);
    }
  }
  const kernels = Array.from(groups.values(), ({ launch, kernel, ns }): KernelRow => {
    const perStep = ns.length / steps.length;
    // Of the times of one launch the median: now and then CUPTI is a millisecond off.
    const row = { kernel, count: perStep, us: perStep * medianOf(ns) / 1000 };
    if (!launch) return { ...row, computes: "" };
    const [bytes, flops] = [perStep * launch.bytes, perStep * launch.flops];
    const seconds = Math.max(bytes / speeds.bytesPerSecond, flops / speeds.flopsPerSecond);
    return { ...row, computes: launch.computes, bytes, flops, floorUs: 1e6 * seconds };
  }).toSorted((a, b) => b.us - a.us);
  const sum = (field: "us" | "floorUs") =>
    kernels.reduce((total, kernel) => total + (kernel[field] ?? 0), 0);
  return {
    tracedUs: medianOf(lengths) / 1000,
    busyUs: sum("us"),
    floorUs: sum("floorUs"),
    kernels,
  };
}

/** The fewest steps to tell from a trace what a step is. */
const FEWEST_STEPS = 4;

/** Cuts a trace into steps, and gives those that launch as much as most; `lengths` in nanoseconds. */
function stepsIn(activities: readonly Activity[], launches: readonly Launch[]) {
  const known = new Set(launches.map(({ kernel }) => kernel));
  const counts = countBy(activities.map(({ name }) => name).filter((name) => known.has(name)));
  const [first, count = 0] = [...counts].toSorted(([, a], [, b]) => a - b)[0] ?? [];
  if (count <= FEWEST_STEPS) {
    throw new RangeError(
      `Cannot list kernels: the trace must hold more than ${FEWEST_STEPS} steps, got ${count}; ` +
        `check that the program that was dumped is the one that ran`,
    );
  }
  const starts = activities.flatMap(({ name }, i) => name === first ? [i] : []);
  const all = starts.slice(0, -1).map((start, i) => activities.slice(start, starts[i + 1]));
  const [usual] = [...countBy(all.map(({ length }) => length))].toSorted(([, a], [, b]) =>
    b - a
  )[0]!;
  const isUsual = all.map(({ length }) => length === usual);
  return {
    steps: all.filter((_, i) => isUsual[i]),
    lengths: all.map((_, i) => activities[starts[i + 1]!]!.start - activities[starts[i]!]!.start)
      .filter((_, i) => isUsual[i]),
  };
}

/** Pairs the activities of a step with what launched them. */
function joined(
  step: readonly Activity[],
  launches: readonly Launch[],
): [Activity, Launch | undefined][] {
  const placeOf = new Map(launches.map(({ kernel }, i) => [kernel, i]));
  const first = placeOf.get(step[0]!.name)!;
  const turned = [...launches.slice(first), ...launches.slice(0, first)];
  const turnedPlaceOf = new Map(turned.map(({ kernel }, i) => [kernel, i]));
  const counts = countBy(step.map(({ name }) => name));
  const places = step.map(({ name }) => turnedPlaceOf.get(name));
  // Identical kernels go by the name of one of them, so only those that run once tell a place.
  const marks = places.map((place, i) => counts.get(step[i]!.name) === 1 ? place : undefined);
  const found = places.map((place) => place === undefined ? undefined : turned[place]);
  let [from, next] = [0, 0]; // of the activities and launches since the last mark
  for (let i = 0; i <= step.length; i++) {
    const mark = i < step.length ? marks[i] : turned.length;
    if (mark === undefined || mark < next) continue;
    const calls = turned.slice(next, mark).filter(({ kernel }) => kernel === undefined);
    const unknown = Array.from({ length: i - from }, (_, j) => from + j)
      .filter((j) => places[j] === undefined);
    // A library launches small kernels too, such as those that clear its workspace.
    const slowest = unknown.toSorted((a, b) => step[b]!.duration - step[a]!.duration)
      .slice(0, calls.length).toSorted((a, b) => a - b);
    for (const [k, j] of slowest.entries()) found[j] = calls[k];
    [from, next] = [i + 1, mark + 1];
  }
  return step.map((activity, i) => [activity, found[i]]);
}

function countBy<Item>(items: readonly Item[]): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Kernels that compute the same operations, together. */
export interface KernelGroup {
  /** What they compute, or the kernel's name outside of XLA's program. */
  readonly name: string;
  /** Microseconds a step. */
  readonly us: number;
  /** The least time, in microseconds; unknown outside of the program. */
  readonly floorUs?: number;
}

/**
 * Groups the kernels of a step by what they compute, the slowest first.
 *
 * @param most Groups that are listed; the last two stand for all others and for the time that the GPU waits
 */
export function kernelGroups(
  { kernels, stepUs, busyUs }: KernelsReport,
  most: number,
): KernelGroup[] {
  const names = new Map<string, readonly KernelRow[]>();
  for (const row of kernels) {
    const name = row.computes || row.kernel.slice(0, 40);
    names.set(name, [...names.get(name) ?? [], row]);
  }
  const groups = Array.from(names, ([name, rows]) => summed(name, rows))
    .toSorted((a, b) => b.us - a.us);
  const shown = new Set(groups.slice(0, most - 2).map(({ name }) => name));
  const others = [...names].filter(([name]) => !shown.has(name)).flatMap(([, rows]) => rows);
  return [
    ...groups.filter(({ name }) => shown.has(name)),
    ...(others.length > 0 ? [summed(`${others.length} others`, others)] : []),
    { name: "the GPU waits", us: Math.max(0, stepUs - busyUs) },
  ];
}

function summed(name: string, rows: readonly KernelRow[]): KernelGroup {
  const floors = rows.flatMap(({ floorUs }) => floorUs ?? []);
  return {
    name,
    us: rows.reduce((sum, { us }) => sum + us, 0),
    ...(floors.length > 0 && { floorUs: floors.reduce((sum, floor) => sum + floor, 0) }),
  };
}

/** Formats the report as a table, the slowest kernels first. */
export function kernelLines(report: KernelsReport, most = 30): string[] {
  const { stepUs, busyUs, floorUs, kernels, bytesPerSecond, flopsPerSecond } = report;
  const us = (microseconds: number | undefined) => microseconds?.toFixed(1) ?? "";
  return [
    ...aligned([
      ["kernel", "a step", "us", "floor us", "MB", "GFLOP", "computes"],
      ...kernels.slice(0, most).map((row) => [
        row.kernel.slice(0, 60),
        row.count.toFixed(0),
        us(row.us),
        us(row.floorUs),
        row.bytes === undefined ? "" : (row.bytes / 1e6).toFixed(2),
        row.flops ? (row.flops / 1e9).toFixed(2) : "",
        row.computes,
      ]),
    ]),
    `${kernels.length} kernels; a step ${us(stepUs)} us, the GPU busy ${us(busyUs)}, the floor ` +
    `${us(floorUs)} at ${(bytesPerSecond / 1e12).toFixed(2)} TB/s and ` +
    `${(flopsPerSecond / 1e12).toFixed(0)} TFLOP/s`,
  ];
}
