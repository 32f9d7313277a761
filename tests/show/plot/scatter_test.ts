import assert from "node:assert/strict";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { scatterMaps, type ScatterPoint } from "@/show/plot/scatter.ts";
import { CLASS_COLOURS, SERIES_COLOURS } from "@/show/plot/style.ts";

/** Counts pixels near a colour, as of slightly transparent points. */
function countOf({ pixels }: Bitmap, colour: string): number {
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const blended = wanted.map((value) => 0.75 * value + 0.25 * 255);
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    count += Number(blended.every((value, c) => Math.abs(value - pixels[i + c]!) < 4));
  }
  return count;
}

const point = (x: number, y: number, series?: string): ScatterPoint => ({ x, y, series });
const some = [point(0, 0, "a"), point(9, 9, "a"), point(0, 9, "b"), point(9, 0)];

Deno.test("scatterMaps() draws each series in its colour", () => {
  const bitmap = scatterMaps([{ title: "t", series: ["a", "b", "c"], maps: { one: some } }]);
  const counts = SERIES_COLOURS.slice(0, 3).map((colour) => countOf(bitmap, colour));
  assert.ok(counts[0]! > counts[1]! && counts[1]! > 10, `two of a, one of b: ${counts}`);
  assert.ok(counts[2]! < counts[1]! / 2, `c is only in the legend: ${counts}`);
});

Deno.test("scatterMaps() uses the colours of classes for more than six series", () => {
  const series = ["a", "b", "2", "3", "4", "5", "6"];
  const bitmap = scatterMaps([{ title: "t", series, maps: { one: some } }]);
  assert.ok(countOf(bitmap, CLASS_COLOURS[0]) > 10);
  assert.equal(countOf(bitmap, SERIES_COLOURS[0]), 0);
});

Deno.test("scatterMaps() puts maps beside each other, and rows above each other", () => {
  const row = (maps: Record<string, ScatterPoint[]>) => ({ title: "t", series: ["a", "b"], maps });
  const one = scatterMaps([row({ one: some })]);
  const two = scatterMaps([row({ one: some, two: some })]);
  const below = scatterMaps([row({ one: some }), row({ one: some })]);
  assert.equal(two.height, one.height);
  assert.ok(two.width > 1.8 * one.width);
  assert.equal(below.width, one.width);
  assert.ok(below.height > 1.8 * one.height);
});

Deno.test("scatterMaps() refuses more series than there are colours", () => {
  const series = Array.from({ length: 11 }, (_, i) => String(i));
  assert.throws(() => scatterMaps([{ title: "too many", series, maps: { one: some } }]), {
    name: "RangeError",
    message: 'Cannot draw a map: "too many" must have at most 10 series, got 11',
  });
});
