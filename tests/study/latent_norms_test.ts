import assert from "node:assert/strict";
import { latentNorms } from "@/study/latent_norms.ts";
import { drawLatents, standardGaussian } from "@/study/latent_paths.ts";
import { assertClose } from "../assert.ts";

Deno.test("latentNorms() gives the shortest norm and the median", () => {
  const values = Float32Array.of(3, 4, 6, 8, 0, 1);
  const { count, shortest, median } = latentNorms({ values, length: 2 }, 1);
  assert.deepEqual([count, shortest, median], [3, 1, 5]);
});

Deno.test("latentNorms() compares with as many draws from N(0, I)", () => {
  const values = drawLatents(standardGaussian(19), 2000, 1);
  const { median, longestDraw } = latentNorms({ values, length: 19 }, 2);
  assertClose([median], [Math.sqrt(19 - 2 / 3)], 0.1); // the median of chi-squared is about k - 2 / 3
  assert.ok(longestDraw > median && longestDraw < 2 * median);
  assert.deepEqual(latentNorms({ values, length: 19 }, 2).longestDraw, longestDraw);
});

Deno.test("latentNorms() refuses an empty table", () => {
  assert.throws(() => latentNorms({ values: new Float32Array(0), length: 2 }, 1), {
    name: "RangeError",
    message: "Cannot measure norms: latents must not be empty",
  });
});
