/** Shared by the tests of the drawn classes. */
import assert from "node:assert/strict";
import { type Draw, drawSet } from "@/data/synthetic/drawing.ts";
import { requestOf } from "../fixtures.ts";

const COUNT = 500;

/** Draws 50 images of each of ten alternating classes. */
export async function drawSamples(draw: Draw, seed = 1): Promise<Uint8Array[]> {
  const [name, provenance] = ["samples", "the tests"];
  const drawing = { name, provenance, classNames: [..."0123456789"], count: COUNT, draw };
  const { pixels } = await drawSet(drawing, requestOf({ seed }));
  return Array.from({ length: COUNT }, (_, i) => pixels.subarray(i * 784, (i + 1) * 784));
}

/** Asserts the accuracy of the nearest class mean on unseen images; chance is 0.1. */
export async function assertClassesDiffer(draw: Draw, expectedShare: number): Promise<void> {
  const means = Array.from({ length: 10 }, () => new Float64Array(784));
  for (const [i, image] of (await drawSamples(draw, 1)).entries()) {
    image.forEach((value, k) => means[i % 10]![k]! += value / (COUNT / 10));
  }
  const unseen = await drawSamples(draw, 2);
  const correct = unseen.filter((image, i) => {
    const gaps = means.map((mean) =>
      mean.reduce((sum, value, k) => sum + (value - image[k]!) ** 2, 0)
    );
    return gaps.indexOf(Math.min(...gaps)) === i % 10;
  });
  const share = correct.length / COUNT;
  assert.ok(share >= expectedShare, `expected at least ${expectedShare}, got ${share}`);
}
