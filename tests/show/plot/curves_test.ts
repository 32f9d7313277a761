import assert from "node:assert/strict";
import {
  curveOf,
  curvesBitmap,
  type HistoryRecord,
  lossCurves,
  runningMedian,
} from "@/show/plot/curves.ts";

const history: HistoryRecord[] = Array.from({ length: 1000 }, (_, i) => ({
  step: i + 1,
  loss: 50 + 200 / (i + 1),
  reconstruction: 50,
  prior: i === 500 ? 0 : 200 / (i + 1), // one value has no logarithm
  ms: 100,
}));

/** The vertical positions of the curve drawn in a colour. */
function curveHeights(svg: string, colour: string): number[] {
  const path = svg.match(new RegExp(`<path[^>]*stroke="${colour}"[^>]*d="([^"]*)"`))?.[1] ??
    svg.match(new RegExp(`<path[^>]*d="([^"]*)"[^>]*stroke="${colour}"`))![1]!;
  return [...path.matchAll(/,(-?[\d.]+)/g)].map((match) => Number(match[1]));
}

Deno.test("lossCurves() draws each term but step, ms and the realism gap, and names it", () => {
  const { svg } = lossCurves(history.map((record) => ({ ...record, realismGap: 1 })));
  for (const term of ["loss", "reconstruction", "prior"]) {
    assert.match(svg, new RegExp(`● +${term}<`));
  }
  assert.doesNotMatch(svg, /● +(ms|step|realismGap)</);
  assert.match(svg, /squared error per image/);
  assert.match(svg, /training step/);
});

Deno.test("lossCurves() draws the given terms and unit", () => {
  const { svg } = lossCurves(history, { terms: ["prior"], unit: "nats per image" });
  assert.match(svg, /nats per image/);
  assert.doesNotMatch(svg, /● +loss/);
});

Deno.test("lossCurves() has a running median that follows the term's level, not single batches", () => {
  const outlier = history.map((record) => ({
    step: record.step,
    loss: record.step === 400 ? 1000 : 10,
  }));
  const heights = curveHeights(lossCurves(outlier).svg, "#0072b2");
  assert.ok(heights.length > 190);
  assert.ok(Math.max(...heights) - Math.min(...heights) < 1e-6);
});

Deno.test("lossCurves() stays small for long histories", () => {
  const long = Array.from(
    { length: 20_000 },
    (_, i) => ({ step: i + 1, loss: 1 + Math.sin(i) ** 2 }),
  );
  const { html } = lossCurves(long);
  assert.ok(html.length < 100_000, `${html.length} characters`);
});

Deno.test("lossCurves() gives HTML on white with its own text colour, for dark themes too", () => {
  const { html } = lossCurves(history);
  assert.match(html, /^<div style="background:white/);
  assert.match(html, /color: #1f2430/);
});

Deno.test("lossCurves() draws empty axes for an empty history", () => {
  assert.match(lossCurves([]).svg, /training step/);
});

Deno.test("curvesBitmap() draws the same chart at twice its size, with coloured curves", () => {
  const { width, height, pixels } = curvesBitmap(lossCurves(history, { width: 400, height: 200 }));
  assert.deepEqual([width, height], [800, 400]);
  const blue = [0x00, 0x72, 0xb2];
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    count += Number(blue.every((value, c) => Math.abs(value - pixels[i + c]!) < 8));
  }
  assert.ok(count > 300, `${count} pixels of the loss curve`); // the rest is under another
});

Deno.test("curveOf() gives a term's values that have a logarithm", () => {
  const records = [{ step: 1, a: 3 }, { step: 2, a: 0 }, { step: 3, a: -1 }, { step: 4, a: 2 }];
  assert.deepEqual(curveOf(records, "a"), [
    { step: 1, term: "a", value: 3 },
    { step: 4, term: "a", value: 2 },
  ]);
  assert.deepEqual(curveOf(records, "b"), []);
});

Deno.test("runningMedian() ends with the last step, after at most 240 points", () => {
  const smooth = runningMedian(curveOf(history, "loss"));
  assert.equal(smooth.at(-1)!.step, 1000);
  assert.ok(smooth.length <= 240 && smooth.length > 190, `${smooth.length}`);
});
