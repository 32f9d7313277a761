import assert from "node:assert/strict";
import {
  inMilliseconds,
  kernelBars,
  partBars,
  type TimeBar,
  timeBars,
} from "@/show/plot/performance.ts";
import { countColoured } from "./coloured.ts";

const [OURS, PEER, FORWARD, BACKWARD] = ["#0072b2", "#a9b1bf", "#0072b2", "#d55e00"] as const;

const bar = (name: string, ms: number, kind: TimeBar["kind"]): TimeBar => ({
  name,
  ms,
  kind,
  label: `${ms} ms`,
});

Deno.test("timeBars() draws each bar as long as its time, on its panel's own scale", () => {
  const panels = [1, 100].map((scale) => ({
    title: `scale ${scale}`,
    bars: [bar("ours", 2 * scale, "ours"), bar("theirs", 4 * scale, "peer")],
  }));
  const one = timeBars(panels.slice(0, 1));
  const ratio = countColoured(one, PEER) / countColoured(one, OURS);
  assert.ok(Math.abs(ratio - 2) < 0.02, `${ratio}`);
  const both = timeBars(panels);
  assert.equal(both.width, one.width);
  assert.ok(both.height > 1.7 * one.height);
  assert.equal(countColoured(both, OURS), 2 * countColoured(one, OURS));
});

Deno.test("timeBars() draws no bar for an unmeasured time", () => {
  const bars = [bar("ours", 2, "ours"), { ...bar("theirs", 0, "peer"), label: "failed" }];
  assert.equal(countColoured(timeBars([{ title: "", bars }]), PEER), 0);
});

Deno.test("partBars() puts the directions of a part end to end", () => {
  const parts = [
    { name: "decoder", direction: "forward", ms: 10 },
    { name: "decoder", direction: "backward", ms: 30 },
    { name: "update", ms: 40 },
  ] as const;
  const bitmap = partBars([{ title: "here", parts }]);
  const legend = countColoured(partBars([{ title: "here", parts: parts.slice(2) }]), FORWARD);
  const [forward, backward] = [FORWARD, BACKWARD].map((colour) => countColoured(bitmap, colour));
  const ratio = (backward! - legend) / (forward! - legend);
  assert.ok(Math.abs(ratio - 3) < 0.1, `${ratio}`);
});

Deno.test("inMilliseconds() gives three digits, and at most two after the point", () => {
  assert.deepEqual([246.4, 99.96, 2.714, 0.0507].map(inMilliseconds), [
    "246 ms",
    "100 ms",
    "2.71 ms",
    "0.05 ms",
  ]);
});

Deno.test("kernelBars() draws a bar each for names that begin alike and are cut", () => {
  const long = "FusedBatchNormGradV3, FusedBatchNormV3, Conv3DBackpropInputV2, ";
  const lengthOf = (names: readonly string[]) =>
    countColoured(
      kernelBars([{ title: "", bars: names.map((name) => ({ name, us: 100 })) }]),
      OURS,
    );
  const [apart, alike] = [["Mul", "Add"], [`${long}Mul`, `${long}Add`]].map(lengthOf);
  assert.equal(alike, apart);
});
