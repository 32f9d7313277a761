import assert from "node:assert/strict";
import { drawDigit } from "@/data/synthetic/digits.ts";
import { assertClassesDiffer, drawSamples } from "./samples.ts";

Deno.test("drawDigit() draws white strokes on black, well inside the image", async () => {
  for (const image of await drawSamples(drawDigit)) {
    const ink = image.reduce((sum, value) => sum + value, 0) / 255 / image.length;
    assert.ok(ink > 0.03 && ink < 0.4, `ink ${ink}`);
    assert.ok(Math.max(...image) > 200);
    const corners = [0, 27, 27 * 28, 28 * 28 - 1].map((i) => image[i]);
    assert.deepEqual(corners, [0, 0, 0, 0]);
  }
});

Deno.test("drawDigit() draws ten classes that nearest means separate", async () => {
  await assertClassesDiffer(drawDigit, 0.75);
});
