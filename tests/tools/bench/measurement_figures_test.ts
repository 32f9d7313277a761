import assert from "node:assert/strict";
import type { BenchReport, StepReport } from "@/tools/bench/report.ts";
import type { KernelsReport } from "@/tools/bench/kernels/kernels.ts";
import { PRESETS } from "@/method/registry.ts";
import { createBitmap } from "@/show/plot/bitmap.ts";
import {
  growthFigure,
  kernelsFigure,
  lossesFigure,
  partsFigure,
  type PeersOnly,
  readMeasurements,
  stepFigure,
  triesTable,
} from "@/tools/bench/measurement_figures.ts";
import { withFolder } from "../../data/fixtures.ts";
import { countColoured } from "../../show/plot/coloured.ts";

const [OURS, PEER, BACKWARD, FLOOR] = ["#0072b2", "#a9b1bf", "#d55e00", "#d9dce3"] as const;

function stepOf(medianMs: number, isQuiet = true): StepReport {
  return {
    batchSize: 64,
    imageSize: 28,
    filters: 128,
    medianMs,
    fastestMs: medianMs,
    slowestMs: medianMs,
    compileMs: 1000,
    startUpSeconds: 2,
    backend: "CPU",
    nodes: 1000,
    peakMemory: 1e9,
    flops: 35e9,
    peakFlopsPerSecond: 350e9,
    floorMs: 100,
    quietness: { foreignShare: isQuiet ? 0 : 0.5, load: 0, isQuiet },
  };
}

function reportOf(step: StepReport, more: Partial<BenchReport> = {}): BenchReport {
  return {
    kind: "bench",
    commit: "0".repeat(40),
    machine: "2 CPU cores",
    versions: { deno: "2.9.6", tfjs: "4.22.0", tensorflow: "2.21.0" },
    quietness: step.quietness,
    config: PRESETS.paper,
    step,
    ...more,
  };
}

const PEERS: PeersOnly = {
  kind: "peers",
  machine: "2 CPU cores",
  config: PRESETS.paper,
  rows: [
    { name: "ours", medianMs: 200, ratioOfMedians: 1 },
    { name: "PyTorch", medianMs: 400, ratioOfMedians: 2 },
    { name: "JAX", failure: "not installed" },
  ],
};

/** Pixels of our bars per pixel of the floor's, which is 100 ms. */
function oursPerFloor(measurements: Parameters<typeof stepFigure>[0]): number {
  const image = stepFigure(measurements);
  return countColoured(image, OURS) / countColoured(image, FLOOR);
}

Deno.test("stepFigure() prefers times measured beside peers, then quiet ones", () => {
  const reports = [reportOf(stepOf(500, false)), reportOf(stepOf(300))];
  assert.ok(Math.abs(oursPerFloor({ reports, peers: [] }) - 3) < 0.05);
  assert.ok(Math.abs(oursPerFloor({ reports, peers: [PEERS] }) - 2) < 0.05);
  assert.ok(Math.abs(oursPerFloor({ reports: reports.slice(0, 1), peers: [] }) - 5) < 0.05);
});

Deno.test("stepFigure() draws the medians of several races on one machine", () => {
  const races = [1, 9, 2].map((factor) => ({
    ...PEERS,
    rows: PEERS.rows.map((row) => row.medianMs ? { ...row, medianMs: factor * row.medianMs } : row),
  }));
  const reports = [reportOf(stepOf(500))];
  assert.ok(Math.abs(oursPerFloor({ reports, peers: races }) - 4) < 0.1);
});

Deno.test("stepFigure() draws peers beside ours, failures without a bar", () => {
  const image = stepFigure({ reports: [], peers: [PEERS] });
  const ratio = countColoured(image, PEER) / countColoured(image, OURS);
  assert.ok(Math.abs(ratio - 2) < 0.05, `${ratio}`);
});

/** A step of a method that has no filters and whose products nobody has listed. */
function stepOfAnother(medianMs: number): StepReport {
  const { filters: _, flops: __, floorMs: ___, ...step } = stepOf(medianMs);
  return step;
}

/** Its report. */
function reportOfAnother(step: StepReport, more: Partial<BenchReport> = {}): BenchReport {
  const { filters: _, ...config } = PRESETS.paper;
  return reportOf(step, { config, ...more });
}

Deno.test("stepFigure() draws no floor where nobody knows it", () => {
  const known = stepFigure({ reports: [reportOf(stepOf(200))], peers: [] });
  const image = stepFigure({ reports: [reportOfAnother(stepOfAnother(200))], peers: [] });
  assert.ok(countColoured(known, FLOOR) > 500 && countColoured(image, OURS) > 500);
  assert.equal(countColoured(image, FLOOR), 0);
});

Deno.test("partsFigure() draws the reports with parts, and refuses if there are none", () => {
  const parts = [
    { name: "decoder", direction: "forward", medianMs: 10, fastestMs: 9 },
    { name: "decoder", direction: "backward", medianMs: 20, fastestMs: 19 },
  ] as const;
  const one = partsFigure([reportOf(stepOf(100), { parts })]);
  assert.ok(countColoured(one, BACKWARD) > 1000);
  assert.equal(
    partsFigure([reportOf(stepOf(1)), reportOf(stepOf(2), { parts })]).height,
    one.height,
  );
  assert.throws(() => partsFigure([reportOf(stepOf(100))]), {
    name: "RangeError",
    message: "Cannot draw parts: at least one report must have them, got none; write one with " +
      "`deno task bench --parts --out`",
  });
});

Deno.test("growthFigure() draws every measured size and omits failures", () => {
  const growth = [
    { ...stepOf(10), batchSize: 8 },
    { ...stepOf(300), imageSize: 64, batchSize: 16 },
    { ...stepOf(60), filters: 32 },
    stepOf(200),
    { batchSize: 512, imageSize: 28, filters: 128, failure: "out of memory" },
  ];
  const image = growthFigure([reportOf(stepOf(200), { growth })]);
  assert.ok(countColoured(image, OURS) > 500);
  assert.throws(() => growthFigure([]), /^RangeError: Cannot draw growth: .* --growth --out`$/);
});

Deno.test("growthFigure() has no column for filters where a method has none", () => {
  const growth = [{ ...stepOfAnother(10), batchSize: 8 }, stepOfAnother(200)];
  const image = growthFigure([reportOfAnother(stepOfAnother(200), { growth })]);
  // What is left, batch and grid, takes the whole width, so the last third shows some of it.
  const lastThird = createBitmap(Math.floor(image.width / 3), image.height);
  for (let row = 0; row < image.height; row++) {
    const end = 4 * (row + 1) * image.width;
    const pixels = image.pixels.subarray(end - 4 * lastThird.width, end);
    lastThird.pixels.set(pixels, 4 * row * lastThird.width);
  }
  assert.ok(countColoured(lastThird, OURS) > 20);
});

Deno.test("lossesFigure() has a colour for each precision", () => {
  const losses = [{ seed: 1, losses: [9, 8, 7, 6] }, { seed: 2, losses: [9, 7, 6, 5] }];
  const single = reportOf(stepOf(200), { losses });
  const half: BenchReport = { ...single, config: { ...PRESETS.paper, precision: "bfloat16" } };
  assert.equal(countColoured(lossesFigure([single]), BACKWARD), 0);
  assert.ok(countColoured(lossesFigure([single, half]), BACKWARD) > 100);
});

Deno.test("kernelsFigure() draws floors inside of bars, and refuses no reports", () => {
  const kernels = [
    { kernel: "fusion", computes: "Mul", count: 1, us: 100, bytes: 1, flops: 0, floorUs: 50 },
    { kernel: "philox", computes: "", count: 1, us: 100 },
  ];
  const report: KernelsReport = {
    kind: "kernels",
    commit: "0".repeat(40),
    machine: "16 CPU cores, NVIDIA H200",
    versions: { deno: "2.9.6", tfjs: "4.22.0", tensorflow: "2.21.0" },
    config: PRESETS.paper,
    bytesPerSecond: 4e12,
    flopsPerSecond: 4e14,
    ...{ stepUs: 200, tracedUs: 210, busyUs: 200, floorUs: 50, kernels },
  };
  const image = kernelsFigure([report]);
  // One and a half bars of ours, half a bar of floor.
  assert.ok(Math.abs(countColoured(image, OURS) / countColoured(image, FLOOR) - 3) < 0.2);
  assert.throws(() => kernelsFigure([]), {
    name: "RangeError",
    message: "Cannot draw kernels: there must be at least one report, got none; write one with " +
      "`deno task bench --kernels --out` on a GPU",
  });
});

Deno.test("triesTable() has a row per attempt", () => {
  const first = { what: "A", predicted: "2 ms", measured: "1 ms", kept: true };
  assert.equal(
    triesTable([first, { ...first, what: "B", kept: false }]),
    "| what | predicted | measured | |\n| --- | --- | --- | --- |\n" +
      "| A | 2 ms | 1 ms | kept |\n| B | 2 ms | 1 ms | dropped |",
  );
});

Deno.test("readMeasurements() sorts files by their kind, and refuses others", () =>
  withFolder(async (folder) => {
    const write = (name: string, content: unknown) =>
      Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(content));
    const report = reportOf(stepOf(200));
    const tries = [{ what: "A", predicted: "faster", measured: "slower", kept: false }];
    await write("a.json", report);
    await write("b.json", PEERS);
    const kernels = { kind: "kernels", kernels: [] };
    await write("k.json", kernels);
    await write("tries.json", tries);
    const devices = [{ devices: 1, batch: 64, stepMs: 1, efficiency: 1, machine: "a GPU" }];
    await write("devices.json", devices);
    await write("r.json", { kind: "ranks", links: [] });
    await Deno.writeTextFile(`${folder}/notes.md`, "no report");
    assert.deepEqual(await readMeasurements(folder), {
      reports: [report],
      peers: [PEERS],
      kernels: [kernels],
      devices,
      ranks: [{ kind: "ranks", links: [] }],
      tries,
    });
    await write("c.json", { kind: "other" });
    await assert.rejects(readMeasurements(folder), {
      name: "SyntaxError",
      message:
        'Cannot read report "c.json": kind must be bench, peers, kernels or ranks, got other; write it ' +
        "with `deno task bench --out`",
    });
  }));
