import assert from "node:assert/strict";
import * as Plot from "@observablehq/plot";
import { drawChart, heading, horizontalRules, legend, logTicks } from "@/show/plot/chart.ts";

const chart = (marks: Plot.Markish[]) =>
  drawChart({ y: { type: "log", axis: null, domain: [1, 1000] }, marks });

Deno.test("drawChart() gives an SVG document with its own text colour, for dark themes too", () => {
  const svg = drawChart({ width: 300, height: 200, marks: [Plot.dot([{ a: 1 }], { x: "a" })] });
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.match(svg, /width="300" height="200"/);
  assert.match(svg, /color: #1f2430/);
  assert.match(svg, /background: white/);
});

Deno.test("legend() names each series, from left to right", () => {
  const svg = drawChart({
    color: { domain: ["ours", "theirs"] },
    marks: [legend(["ours", "theirs"])],
  });
  assert.ok(svg.indexOf("●  ours") > 0 && svg.indexOf("●  ours") < svg.indexOf("●  theirs"));
});

Deno.test("heading() writes bold text", () => {
  assert.match(chart([heading("milliseconds", 0)]), /font-weight="600"[^]*milliseconds/);
});

Deno.test("logTicks() gives powers of ten, then 1 2 5, then more digits: the first with three", () => {
  assert.deepEqual(logTicks([0.5, 2000]), [1, 10, 100, 1000]);
  assert.deepEqual(logTicks([0.15, 3]), [0.2, 0.5, 1, 2]);
  assert.deepEqual(logTicks([0.57, 3.1]), [0.6, 0.8, 1, 2, 3]);
  assert.deepEqual(logTicks([380, 720]), [400, 500, 600, 700]);
  assert.deepEqual(logTicks([1.2, 1.9]), []); // no round number to name
});

Deno.test("horizontalRules() labels every tick, unlike Plot", () => {
  const svg = chart([horizontalRules([8, 64, 1000])]);
  for (const label of [">8<", ">64<", ">1,000<"]) assert.ok(svg.includes(label), label);
  assert.equal(svg.match(/<line /g)?.length, 3);
});
