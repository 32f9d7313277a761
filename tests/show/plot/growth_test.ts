import assert from "node:assert/strict";
import { growthCurves, type GrowthPoint, overlaidLosses } from "@/show/plot/growth.ts";
import { countColoured } from "./coloured.ts";

const [FIRST, SECOND] = ["#0072b2", "#d55e00"] as const;

const point = (series: string, along: string, size: number, isQuiet = true): GrowthPoint => ({
  series,
  along,
  size,
  values: { "ms per picture": size, "peak memory in GB": 1 + size },
  floors: { "ms per picture": size / 2 },
  isQuiet,
});

Deno.test("growthCurves() draws a row for each quantity and a column for each thing that grows", () => {
  const batch = [8, 16, 32].map((size) => point("here", "batch", size));
  const grid = [28, 32].map((size) => point("here", "grid", size));
  const one = growthCurves(batch);
  const two = growthCurves([...batch, ...grid]);
  assert.ok(Math.abs(two.width - one.width) < 8); // the columns share the width
  assert.equal(two.height, one.height);
  const single = batch.map(({ values, ...rest }) => ({
    ...rest,
    values: { "ms per picture": values["ms per picture"]! },
  }));
  assert.ok(growthCurves(single).height < 0.6 * one.height);
});

Deno.test("growthCurves() gives each series its colour", () => {
  const points = ["here", "there"].map((series) =>
    [8, 16].map((size) => point(series, "batch", size * (series === "here" ? 1 : 2)))
  );
  const bitmap = growthCurves(points.flat());
  for (const colour of [FIRST, SECOND]) assert.ok(countColoured(bitmap, colour) > 500, colour);
  assert.equal(countColoured(growthCurves(points[0]!), SECOND), 0);
});

Deno.test("growthCurves() draws hollow dots for disturbed measurements", () => {
  const dots = (isQuiet: boolean) =>
    countColoured(growthCurves([point("here", "batch", 8, isQuiet)]), FIRST);
  assert.ok(dots(true) > dots(false) + 50, `${dots(true)} and ${dots(false)} pixels`);
});

Deno.test("overlaidLosses() draws a line for each run, in the colour of its series", () => {
  const run = (series: string, run: number, offset: number) =>
    Array.from(
      { length: 50 },
      (_, i) => ({ series, run, step: i + 1, loss: offset + 100 / (i + 1) }),
    );
  const one = overlaidLosses(run("float32", 1, 1));
  const both = overlaidLosses([...run("float32", 1, 1), ...run("bfloat16", 1, 30)]);
  assert.equal(countColoured(one, SECOND), 0);
  assert.ok(countColoured(both, SECOND) > 500);
  assert.deepEqual([one.width, one.height], [both.width, both.height]);
});
