import assert from "node:assert/strict";
import type { Launch } from "@/tools/bench/kernels/hlo.ts";
import { kernelGroups, kernelsOf, type KernelsReport } from "@/tools/bench/kernels/kernels.ts";
import type { Activity } from "@/tools/bench/kernels/tracer.ts";

const SPEEDS = { bytesPerSecond: 1e12, flopsPerSecond: 1e14 };

const LAUNCHES: readonly Launch[] = [
  { kernel: "first", computes: "AddV2", bytes: 2e6, flops: 0 },
  { computes: "MatMul", bytes: 1e6, flops: 4e8 },
  { kernel: "twice", computes: "Mul", bytes: 1e6, flops: 0 },
  { kernel: "same_as_twice", computes: "Mul", bytes: 1e6, flops: 0 },
];

/** A trace of steps one after the other, each of 30 us. */
function traceOf(steps: readonly (readonly [name: string, us: number])[][]): Activity[] {
  return steps.flatMap((step, i) => {
    let start = 30_000 * i;
    return step.map(([name, us]) => {
      const activity = { name, start, duration: 1000 * us };
      start += activity.duration;
      return activity;
    });
  });
}

const STEP: [string, number][] = [
  ["draw", 1],
  ["first", 4],
  ["nvjet", 8],
  ["splitK", 2],
  ["twice", 3],
  ["twice", 5],
];

Deno.test("kernelsOf() gives each kernel of a step its time and its floor", () => {
  const upload: typeof STEP = [["copy from or to the host", 9], ...STEP];
  const trace = traceOf([STEP, STEP, upload, STEP, STEP, STEP, STEP]);
  const { tracedUs, busyUs, floorUs, kernels } = kernelsOf(trace, LAUNCHES, SPEEDS);
  assert.equal(tracedUs, 30);
  assert.equal(busyUs, 23);
  assert.deepEqual(kernels, [
    { kernel: "nvjet", computes: "MatMul", count: 1, us: 8, bytes: 1e6, flops: 4e8, floorUs: 4 },
    { kernel: "twice", computes: "Mul", count: 2, us: 8, bytes: 2e6, flops: 0, floorUs: 2 },
    { kernel: "first", computes: "AddV2", count: 1, us: 4, bytes: 2e6, flops: 0, floorUs: 2 },
    { kernel: "splitK", computes: "", count: 1, us: 2 },
    { kernel: "draw", computes: "", count: 1, us: 1 },
  ]);
  assert.equal(floorUs, 8);
});

Deno.test("kernelsOf() refuses a trace without steps", () => {
  assert.throws(() => kernelsOf(traceOf([STEP, STEP, STEP]), LAUNCHES, SPEEDS), {
    name: "RangeError",
    message: "Cannot list kernels: the trace must hold more than 4 steps, got 3; check that the " +
      "program that was dumped is the one that ran",
  });
});

Deno.test("kernelGroups() keeps the sum of all times", () => {
  const report = kernelsOf(traceOf([STEP, STEP, STEP, STEP, STEP, STEP]), LAUNCHES, SPEEDS);
  const groups = kernelGroups({ ...report, stepUs: 30 } as KernelsReport, 4);
  assert.deepEqual(groups, [
    { name: "MatMul", us: 8, floorUs: 4 },
    { name: "Mul", us: 8, floorUs: 2 },
    { name: "3 others", us: 7, floorUs: 2 },
    { name: "the GPU waits", us: 7 },
  ]);
});
