import assert from "node:assert/strict";
import { azimuthCharts } from "@/show/plot/azimuths.ts";
import { countColoured } from "./coloured.ts";

const BLUE = "#0072b2";

const around = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => 2 * Math.PI * i / count);
const constant = (azimuth: number) => new Float32Array(48).fill(azimuth);
const method = (name: string, learnt: ArrayLike<number>) => ({ name, learnt, truth: around(48) });

Deno.test("azimuthCharts() draws a column for each method", () => {
  const one = azimuthCharts([method("a", around(48))]);
  const two = azimuthCharts([method("a", around(48)), method("b", around(48))]);
  assert.equal(two.height, one.height);
  assert.ok(two.width > 1.8 * one.width);
});

Deno.test("azimuthCharts() draws one azimuth for all as one bar that fills the height", () => {
  const [even, collapsed] = [around(48), constant(1)].map((learnt) =>
    countColoured(azimuthCharts([method("a", learnt)]), BLUE)
  );
  // 24 bars of equal height fill the frame when they are all as high as the highest.
  assert.ok(even! > 8 * collapsed!, `${even} and ${collapsed} pixels`);
});

Deno.test("azimuthCharts() accepts azimuths of any number of turns", () => {
  const bitmap = (azimuth: number) => azimuthCharts([method("a", constant(azimuth))]).pixels;
  assert.deepEqual(bitmap(0.25), bitmap(0.25 + 4 * Math.PI));
  assert.deepEqual(bitmap(0.25), bitmap(0.25 - 2 * Math.PI));
});
