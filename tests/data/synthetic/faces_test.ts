import assert from "node:assert/strict";
import { drawFace } from "@/data/synthetic/faces.ts";
import { drawSamples } from "./samples.ts";

/** The mean of some rows and columns of an image, from 0 to 255. */
function mean(image: Uint8Array, rows: readonly number[], columns: readonly number[]): number {
  const values = rows.flatMap((row) => columns.map((column) => image[row * 28 + column]!));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("drawFace() fills the image with many shades", async () => {
  for (const image of await drawSamples(drawFace)) {
    assert.ok(new Set(image).size > 60, "shades");
  }
});

Deno.test("drawFace() puts eyes on both sides that are darker than the cheeks below", async () => {
  const images = await drawSamples(drawFace);
  const share = (columns: number[]) =>
    images.filter((image) => mean(image, [11, 12], columns) < mean(image, [15, 16], columns))
      .length / images.length;
  assert.ok(share([8, 9, 10]) > 0.9, `left ${share([8, 9, 10])}`);
  assert.ok(share([17, 18, 19]) > 0.9, `right ${share([17, 18, 19])}`);
});

Deno.test("drawFace() draws no two faces alike", async () => {
  const images = await drawSamples(drawFace);
  assert.equal(new Set(images.map(String)).size, images.length);
});
