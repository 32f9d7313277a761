import assert from "node:assert/strict";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import { createErrors, evaluate } from "@/study/evaluate.ts";
import { reconstructUnseen } from "@/study/unseen.ts";
import { assertClose } from "../assert.ts";
import { tinySet } from "../tiny.ts";

/** A model that renders each image by a rule and counts its calls. */
function modelThat(render: (value: number, slot: number) => number, batchSize = 4) {
  let calls = 0;
  const reconstruct = (images: Float32Array): Reconstruction => {
    calls++;
    const area = images.length / batchSize;
    const rendering = images.map((value, i) => render(value, Math.floor(i / area)));
    return { rendering, projection: images } as Reconstruction;
  };
  return { inference: { batchSize, reconstruct } as Inference, calls: () => calls };
}

const sets = [{ set: tinySet("a", 6), ratio: 1 }, { set: tinySet("b", 3), ratio: 1 }];

Deno.test("evaluate() gives 0 for a perfect model and counts every image once", () => {
  const { inference, calls } = modelThat((value) => value);
  assert.deepEqual(evaluate(inference, sets), [
    { name: "a", count: 6, meanSquaredError: 0 },
    { name: "b", count: 3, meanSquaredError: 0 },
  ]);
  assert.equal(calls(), 3, "two of a and two of b at a time");
});

Deno.test("evaluate() averages the squared error over pixels, for each set by itself", () => {
  const { inference } = modelThat((value, slot) => value + (slot < 2 ? 0.1 : 0.3));
  const [a, b] = evaluate(inference, sets);
  assertClose([a!.meanSquaredError, b!.meanSquaredError], [0.01, 0.09], 1e-6);
});

Deno.test("evaluate() scores every image of a set exactly once", () => {
  // Rendering black, the error is the mean of the squared pixels: any double or gap would show.
  const { inference } = modelThat(() => 0);
  for (const [i, score] of evaluate(inference, sets).entries()) {
    const { pixels } = sets[i]!.set;
    const expected = pixels.reduce((sum, byte) => sum + (byte / 255) ** 2, 0) / pixels.length;
    assertClose([score.meanSquaredError], [expected], 1e-6);
  }
});

Deno.test("evaluate() stops at the limit", () => {
  const { inference, calls } = modelThat((value) => value);
  assert.deepEqual(evaluate(inference, sets, { limit: 2 }).map(({ count }) => count), [2, 2]);
  assert.equal(calls(), 1);
  const scores = evaluate(inference, sets, { limit: 5 });
  assert.deepEqual(scores.map(({ count }) => count), [5, 3]);
});

Deno.test("createErrors() gives, batch by batch, what evaluate() gives", () => {
  const { inference } = modelThat((value, slot) => value + 0.1 * slot);
  const options = { limit: 5 };
  const errors = createErrors(sets, options);
  for (const batch of reconstructUnseen(inference, sets, options)) errors.add(batch);
  assert.deepEqual(errors.scores(), evaluate(inference, sets, options));
});

Deno.test("evaluate() scores the projection where it is asked to", () => {
  const { inference } = modelThat((value) => value + 0.5); // the projection is perfect
  const errors = (of?: "projection" | "rendering") =>
    evaluate(inference, sets, of && { of }).map(({ meanSquaredError }) => meanSquaredError);
  assert.deepEqual(errors("projection"), [0, 0]);
  assertClose(errors("rendering"), [0.25, 0.25], 1e-6);
  assert.deepEqual(errors(), errors("rendering"));
});
