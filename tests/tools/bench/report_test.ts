import assert from "node:assert/strict";
import {
  type BenchReport,
  growthOf,
  measureStep,
  nameOf,
  reportLines,
  sizeOf,
  type StepReport,
  versions,
} from "@/tools/bench/report.ts";
import type { Config } from "@/config.ts";
import { checkConfig, configWith, createLearner, PRESETS } from "@/method/registry.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

const QUIET = { foreignShare: 0.01, load: 0.2, isQuiet: true };

const STEP: StepReport = {
  batchSize: 64,
  imageSize: 28,
  filters: 128,
  medianMs: 246.4,
  fastestMs: 237.1,
  slowestMs: 259.4,
  compileMs: 1575,
  startUpSeconds: 2.74,
  backend: "CPU",
  nodes: 1348,
  peakMemory: 1.094e9,
  flops: 35.2e9,
  peakFlopsPerSecond: 220e9,
  floorMs: 160,
  quietness: QUIET,
};

const REPORT: BenchReport = {
  kind: "bench",
  commit: "0".repeat(40),
  machine: "2 CPU cores",
  versions: { deno: "2.9.6", tfjs: "4.22.0", tensorflow: "2.21.0" },
  quietness: { foreignShare: 0.12, load: 1.3, isQuiet: false },
  config: PRESETS.paper,
  step: STEP,
};

Deno.test("reportLines() aligns a table, and reports the floor and other load", () => {
  const lines = reportLines({
    ...REPORT,
    parts: [{ name: "renderer", direction: "forward", medianMs: 4.829, fastestMs: 4.4 }],
    growth: [
      { ...STEP, batchSize: 8, medianMs: 46.13, floorMs: 20, quietness: REPORT.quietness },
      { batchSize: 512, imageSize: 28, filters: 128, failure: "out of memory" },
    ],
  });
  assert.deepEqual(lines, [
    "                                          median ms  fastest ms  / floor  memory GB  nodes  start-up s",
    "step                                          246.4       237.1     1.54       1.09   1348         2.7",
    "floor                                                     160.0",
    "renderer forward                               4.83        4.40",
    "batch 8, grid 28, 128 filters, not quiet       46.1       237.1     2.31       1.09   1348         2.7",
    "batch 512, grid 28, 128 filters              failed",
    "floor: 35.2 GFLOP at 220 GFLOP/s, the best matrix product here",
    "not quiet: others used 12.0 % of the cores, load 1.3 before",
  ]);
});

Deno.test("reportLines() leaves the floor out where nobody knows it", () => {
  const { flops: _, floorMs: __, filters: ___, ...step } = STEP;
  assert.deepEqual(reportLines({ ...REPORT, step, growth: [{ ...step, batchSize: 8 }] }), [
    "                  median ms  fastest ms  / floor  memory GB  nodes  start-up s",
    "step                  246.4       237.1                1.09   1348         2.7",
    "batch 8, grid 28      246.4       237.1                1.09   1348         2.7",
    "not quiet: others used 12.0 % of the cores, load 1.3 before",
  ]);
});

Deno.test("reportLines() adds GPU memory if there is a GPU", () => {
  const lines = reportLines({ ...REPORT, step: { ...STEP, graphicsMemory: 2.5e9 } });
  assert.match(lines[1]!, / 1\.09 \+ 2\.50 +1348 /);
});

Deno.test("growthOf() changes one size at a time and repeats none", () => {
  const sizes = growthOf(PRESETS.paper).map(({ batchSize, imageSize, filters }) =>
    [batchSize, imageSize, filters].join()
  );
  assert.deepEqual(sizes, [
    ...[8, 16, 32, 64, 128, 256, 512].map((batchSize) => `${batchSize},28,128`),
    "64,32,128",
    "16,64,128",
    "64,28,32",
    "64,28,64",
  ]);
});

Deno.test("growthOf() gives sizes that the searched pose can have", () => {
  const config = configWith("paper", { method: "searched" });
  for (const size of growthOf(config)) createLearner(checkConfig({ ...config, ...size }));
});

/** A config of a method that has no filters. */
function withoutFilters(): Config {
  const { filters: _, ...config } = PRESETS.paper;
  return config;
}

Deno.test("growthOf() knows methods without filters", () => {
  const sizes = growthOf(withoutFilters());
  assert.ok(sizes.every((size) => !("filters" in size)));
  assert.deepEqual(sizes.map(({ batchSize, imageSize }) => [batchSize, imageSize].join()), [
    ...[8, 16, 32, 64, 128, 256, 512].map((batchSize) => `${batchSize},28`),
    "64,32",
    "16,64",
  ]);
});

Deno.test("sizeOf() takes the sizes out of a config, and nameOf() puts them into words", () => {
  const { paper } = PRESETS;
  assert.deepEqual(sizeOf(paper), { batchSize: 64, imageSize: 28, filters: 128 });
  assert.equal(nameOf(sizeOf(paper)), "batch 64, grid 28, 128 filters");
  assert.deepEqual(sizeOf(withoutFilters()), { batchSize: 64, imageSize: 28 });
  assert.equal(nameOf(sizeOf(withoutFilters())), "batch 64, grid 28");
});

Deno.test("measureStep() returns all measurements of a configuration", () => {
  assertTensorsKept(0, () => {
    const step = measureStep(TINY, { warmUp: 1, repeat: 2 });
    const { batchSize, imageSize, filters } = TINY;
    assert.deepEqual(
      [step.batchSize, step.imageSize, step.filters],
      [batchSize, imageSize, filters],
    );
    assert.ok(step.nodes > 0 && step.peakMemory > 1e7 && step.flops! > 0);
    assert.equal(step.floorMs, 1000 * step.flops! / step.peakFlopsPerSecond);
    if (step.backend === "CPU") assert.ok(!("graphicsMemory" in step));
  });
});

Deno.test("versions() names the software", () => {
  const found = versions();
  assert.deepEqual(Object.keys(found), ["deno", "tfjs", "tensorflow"]);
  for (const version of Object.values(found)) assert.match(version, /^\d+\.\d+\.\d+/);
});
