import assert from "node:assert/strict";
import { shapeComparison } from "@/show/plot/comparison.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";

const SIDE = 4;

/** A model's result: a grey image and a grid with one full layer. */
const exhibit = (label: string, grey: number) => ({
  label,
  image: new Float32Array(SIDE ** 2).fill(grey),
  grid: {
    occupancy: Float32Array.from({ length: SIDE ** 3 }, (_, i) => i < SIDE ** 2 ? 1 : 0),
    size: [SIDE, SIDE, SIDE] as const,
  },
});

const object = (label: string, ...names: string[]) => ({
  label,
  input: new Float32Array(SIDE ** 2).fill(0.2),
  exhibits: names.map((name) => exhibit(name, 0.4)),
});

/** Counts pixels of one grey. */
const countGrey = ({ pixels }: Bitmap, grey: number) =>
  Array.from({ length: pixels.length / 4 }, (_, i) => pixels.subarray(4 * i, 4 * i + 3))
    .filter((pixel) => pixel.every((value) => value === grey)).length;

const AREA = (4 * SIDE) ** 2; // an image at the default scale

Deno.test("shapeComparison() draws the input once and a row for each model", () => {
  const one = shapeComparison([object("a", "first")]);
  const two = shapeComparison([object("a", "first", "second")]);
  // Antialiased letters and edges may have any grey, so compare what a row adds.
  const added = countGrey(two, 102) - countGrey(one, 102);
  assert.ok(added >= AREA && added < AREA + 40, `${added}`);
  assert.ok(countGrey(two, 51) - countGrey(one, 51) < 40);
  assert.equal(two.width, one.width);
  assert.ok(two.height > one.height);
});

Deno.test("shapeComparison() draws as many objects in a row as there are columns", () => {
  const objects = ["a", "b", "c"].map((label) => object(label, "first"));
  const [one, two] = [1, 2].map((columns) => shapeComparison(objects, { columns }));
  assert.ok(two!.width > 1.7 * one!.width);
  assert.ok(two!.height < one!.height);
});

Deno.test("shapeComparison() draws a view for each azimuth, three by default", () => {
  const width = (azimuths?: number[]) =>
    shapeComparison([object("a", "first")], { scale: 40, ...azimuths && { azimuths } }).width;
  assert.equal(width(), width([0, 1, 2]));
  assert.ok(width([0]) < width() - 2 * 160);
});

Deno.test("shapeComparison() writes a note below", () => {
  const objects = [object("a", "first")];
  const [without, withNote] = [{}, { note: "seed 1" }].map((it) => shapeComparison(objects, it));
  assert.ok(withNote!.height > without!.height);
  assert.equal(withNote!.width, without!.width);
});

Deno.test("shapeComparison() turns each shape by its own front", () => {
  const { label, input, exhibits } = object("a", "first");
  const draw = (front: number) =>
    shapeComparison([{ label, input, exhibits: [{ ...exhibits[0]!, front }] }]).pixels;
  assert.notDeepEqual(draw(Math.PI / 2), draw(0));
  const turned = shapeComparison([object("a", "first")], { azimuths: [Math.PI / 2, 0, 1] }).pixels;
  assert.notDeepEqual(turned, draw(0));
});
