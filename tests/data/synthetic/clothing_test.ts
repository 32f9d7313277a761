import assert from "node:assert/strict";
import { drawGarment } from "@/data/synthetic/clothing.ts";
import { assertClassesDiffer, drawSamples } from "./samples.ts";

Deno.test("drawGarment() fills much of the image with shades of grey", async () => {
  for (const image of await drawSamples(drawGarment)) {
    const ink = image.filter((value) => value > 0).length / image.length;
    assert.ok(ink > 0.08 && ink < 0.9, `covered ${ink}`);
    assert.ok(new Set(image).size > 10, "several levels");
  }
});

Deno.test("drawGarment() draws ten classes that nearest means separate", async () => {
  await assertClassesDiffer(drawGarment, 0.6);
});
