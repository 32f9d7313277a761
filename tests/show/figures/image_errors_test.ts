import assert from "node:assert/strict";
import {
  imageErrorMetrics,
  imageErrorsOf,
  imageErrorsTable,
  meanImageError,
} from "@/show/figures/image_errors.ts";
import { Inference } from "@/infer/inference.ts";
import { evaluate } from "@/study/evaluate.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { TINY, tinySet } from "../../tiny.ts";
import { untrainedRun } from "./runs.ts";

const ERRORS = {
  rendering: [0.02, 0.04],
  projection: [0.06, 0.06],
  meanImage: [0.12, 0.12],
};

Deno.test("imageErrorsOf() averages over the images of all sets, separately for each run", () => {
  const runs = [untrainedRun(1), untrainedRun(2)];
  const { rendering, projection, meanImage } = imageErrorsOf(runs);
  for (const [i, { config, checkpoint, data }] of runs.entries()) {
    using model = new Inference(config, checkpoint.snapshot);
    for (const [got, of] of [[rendering, "rendering"], [projection, "projection"]] as const) {
      const [blobs, bars] = evaluate(model, data.tests, { of });
      const expected = (20 * blobs!.meanSquaredError + 11 * bars!.meanSquaredError) / 31;
      assertClose([got[i]!], [expected], 1e-9);
    }
  }
  assert.notEqual(rendering[0], projection[0]);
  assert.equal(meanImage[0], meanImage[1]);
});

Deno.test("imageErrorsOf() keeps no tensor", () => {
  assertTensorsKept(0, () => imageErrorsOf([untrainedRun(1)], { limit: 4 }));
});

Deno.test("meanImageError() is the variance of a pixel, averaged", () => {
  // Of the two pixels one is always half grey, the other black in one image and white in the other.
  const pixels = Uint8Array.of(0, 51, 255, 51);
  const set = { ...tinySet("a"), size: 1, count: 4, pixels };
  const values = [0, 0.2, 1, 0.2];
  const mean = 0.35;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
  assertClose([meanImageError(set)], [variance], 1e-6);
});

Deno.test("meanImageError() is 0 if all images are the same", () => {
  const set = { ...tinySet("a"), pixels: new Uint8Array(20 * TINY.imageSize ** 2).fill(200) };
  assertClose([meanImageError(set)], [0], 1e-12);
});

Deno.test("imageErrorsTable() has a column for each seed and a row for each kind of image", () => {
  assert.equal(
    imageErrorsTable({ faces: ERRORS }, [1, 2]),
    "| squared error of a pixel | seed 1 | seed 2 | mean ± sd |\n" +
      "| --- | ---: | ---: | ---: |\n" +
      "| faces, textured | .0200 | .0400 | .0300 ± .0141 |\n" +
      "| faces, projection | .0600 | .0600 | .0600 ± .0000 |\n" +
      "| faces, their mean image | .1200 | .1200 | .1200 ± .0000 |",
  );
});

Deno.test("imageErrorMetrics() gives means over the seeds, and their number", () => {
  assert.deepEqual(imageErrorMetrics(ERRORS), {
    texturedMeanSquaredError: 0.03,
    projectionMeanSquaredError: 0.06,
    meanPictureMeanSquaredError: 0.12,
    texturedExplained: 0.75,
    projectionExplained: 0.5,
    seeds: 2,
  });
});
