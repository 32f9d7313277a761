import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { Inference } from "@/infer/inference.ts";
import { trainedWeights } from "@/infer/weights.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { createVae } from "@/method/vae.ts";
import { initialValues } from "@/model/parameters.ts";
import { createTrainer } from "@/train/trainer.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import { TINY } from "../tiny.ts";

const SEARCHED: Config = {
  ...configWith("quick", { method: "searched" }),
  imageSize: 16,
  filters: 32,
  latentSize: 3,
  batchSize: 2,
};
const searched = createLearner(SEARCHED);

/** What a run of the searched pose saves after two steps, by when averages and parameters have parted. */
function checkpointOfRun(): NamedArrays {
  using trainer = createTrainer(SEARCHED);
  const images = Float32Array.from({ length: 2 * 16 ** 2 }, (_, i) => Number(i % 16 > 5));
  for (const step of [0, 1]) trainer.train(images, step); // the first moves nothing: it warms up
  return trainer.snapshot();
}

const without = (stored: NamedArrays, isLeftOut: (name: string) => boolean): NamedArrays =>
  Object.fromEntries(Object.entries(stored).filter(([name]) => !isLeftOut(name)));

Deno.test("trainedWeights() takes the averages of what inference reads, under plain names", () => {
  const stored = checkpointOfRun();
  const weights = trainedWeights(searched, stored);
  const names = Object.keys(searched.parameters).filter((name) =>
    !name.startsWith("discriminator")
  );
  assert.deepEqual(Object.keys(weights), names);
  for (const name of names) assert.equal(weights[name]!.values, stored[`average/${name}`]!.values);
  const moved = names.filter((name) =>
    weights[name]!.values.some((v, i) => v !== stored[name]!.values[i])
  );
  assert.ok(moved.length > names.length / 2, "averages differ from parameters");
  // Taken again, they stay what they are.
  assert.deepEqual(trainedWeights(searched, weights), weights);
});

Deno.test("trainedWeights() takes plain parameters where there are no averages, opponents left out", () => {
  const learner = createVae({ ...TINY, objective: "adversarial" });
  const stored = initialValues(learner.parameters, 1);
  const weights = trainedWeights(learner, stored);
  const left = Object.keys(stored).filter((name) => !(name in weights));
  assert.ok(
    left.length > 0 && left.every((name) => name.startsWith("discriminator/")),
    left.join(),
  );
  assert.ok("encoder/norm1/mean" in weights, "statistics are part of the model");
});

Deno.test("a model works the same by its weights alone as by the checkpoint of its run", () => {
  const stored = checkpointOfRun();
  const images = Float32Array.from({ length: 2 * 16 ** 2 }, (_, i) => Number(i % 16 > 7));
  using whole = new Inference(SEARCHED, stored);
  using alone = new Inference(SEARCHED, trainedWeights(searched, stored));
  assert.deepEqual(alone.reconstruct(images), whole.reconstruct(images));
});

Deno.test("trainedWeights() refuses a run without its averages, and weights that are not whole", () => {
  const stored = checkpointOfRun();
  const isAverage = (name: string) => name.startsWith("average/");
  const refused: [NamedArrays, string][] = [
    [without(stored, isAverage), "average/encoder/conv1/kernel must have 512 values, got 0"],
    [
      without(stored, (name) => name === "average/decoder/blocks/bias"),
      "average/decoder/blocks/bias must have 8 values, got 0",
    ],
    [
      without(trainedWeights(searched, stored), (name) => name === "encoder/mean/bias"),
      "encoder/mean/bias must have 3 values, got 0",
    ],
  ];
  for (const [given, words] of refused) {
    assert.throws(() => trainedWeights(searched, given), {
      name: "RangeError",
      message: `Cannot load weights: ${words}; load the checkpoint made with this config`,
    });
  }
});
