import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { Inference } from "@/infer/inference.ts";
import { refine } from "@/infer/refine.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";

const CONFIG: Config = {
  ...configWith("quick", { method: "searched" }),
  imageSize: 16,
  filters: 32,
  latentSize: 4,
  batchSize: 2,
};
const AREA = 16 ** 2;
const COUNT = 3; // a batch and a half
const weights = initialValues(createLearner(CONFIG).parameters, 1);

/** Bars of different widths, upright in the middle. */
function bars(): Float32Array {
  return Float32Array.from({ length: COUNT * AREA }, (_, i) => {
    const [image, column] = [Math.floor(i / AREA), i % 16];
    return Math.abs(column - 7.5) < 2 + image ? 1 : 0;
  });
}

Deno.test("refine() brings renderings nearer to their images than inference does", () => {
  // A decoder with wide weights, so that its shapes differ, and no prior on its latents.
  const config = { ...CONFIG, kl: 0 };
  const wide = Object.fromEntries(
    Object.entries(weights).map(([name, array]) => {
      const factor = name.startsWith("decoder/") ? 4 : 1;
      return [name, { ...array, values: Float32Array.from(array.values, (v) => factor * v) }];
    }),
  );
  using inference = new Inference(config, wide);
  const latents = Float32Array.from({ length: 4 * COUNT }, (_, i) => 2 * Math.sin(3 * i + 1));
  const images = inference.render(inference.decode(latents), Float32Array.of(0.3, -0.8, 1.2));
  const errorOf = (projection: Float32Array) =>
    images.reduce((sum, value, i) => sum + (value - projection[i]!) ** 2, 0);
  const before = errorOf(inference.reconstruct(images).projection);
  const options = { steps: 60, searchEvery: 20, learningRate: 0.1 };
  const made = refine(config, wide, images, options);
  const after = errorOf(made.projection);
  assert.ok(after < before / 4, `${before} to ${after}`);
  assert.deepEqual(
    Object.fromEntries(Object.entries(made).map(([name, { length }]) => [name, length / COUNT])),
    { latent: 4, azimuth: 1, elevation: 1, occupancy: 16 ** 3, projection: AREA, rendering: AREA },
  );
});

Deno.test("refine() gives shapes and renderings of its own latents and poses", () => {
  const made = refine(CONFIG, weights, bars(), { steps: 2 });
  using inference = new Inference(CONFIG, weights);
  assertClose(made.occupancy, inference.decode(made.latent), 1e-5);
  assertClose(made.projection, inference.render(made.occupancy, made.azimuth), 1e-4);
});

Deno.test("refine() treats each image alone", () => {
  const images = bars();
  const together = refine(CONFIG, weights, images, { steps: 3 });
  const alone = refine(CONFIG, weights, images.slice(AREA, 2 * AREA), { steps: 3 });
  assertClose(together.latent.slice(4, 8), alone.latent, 1e-4);
});

Deno.test("refine() takes averages of parameters before the parameters", () => {
  const averages = Object.fromEntries(
    Object.entries(initialValues(createLearner(CONFIG).parameters, 2))
      .map(([name, array]) => [`average/${name}`, array]),
  );
  const steps = { steps: 1 };
  const latent = (values: typeof weights) => refine(CONFIG, values, bars(), steps).latent;
  assertClose(
    latent({ ...weights, ...averages }),
    latent(initialValues(
      createLearner(CONFIG).parameters,
      2,
    )),
    0,
  );
});

Deno.test("refine() refuses methods without refinement, other weights, and no steps", () => {
  const random = createRandom(1);
  const images = Float32Array.from({ length: AREA }, () => random.uniform());
  const refusals: [Config, typeof weights, Record<string, number>, string][] = [
    [
      TINY,
      weights,
      {},
      "Cannot refine: the method must have a refinement, got vae; train with --method searched",
    ],
    [CONFIG, weights, { steps: 0 }, "Cannot refine: steps must be an integer >= 1, got 0"],
    [
      CONFIG,
      weights,
      { searchEvery: 0.5 },
      "Cannot refine: searchEvery must be an integer >= 1, got 0.5",
    ],
  ];
  for (const [config, values, options, message] of refusals) {
    assert.throws(() => refine(config, values, images, options), { name: "RangeError", message });
  }
  assert.throws(() => refine(CONFIG, weights, images.slice(1)), {
    name: "RangeError",
    message: "Cannot refine: images must have 256 values each, got 255 in all",
  });
  assert.throws(
    () => refine(CONFIG, {}, images),
    /^RangeError: Cannot load weights: .* must have \d+ values, got 0; load the checkpoint made with/,
  );
});

Deno.test("refine() keeps no tensor", () => {
  refine(CONFIG, weights, bars(), { steps: 1 });
  assertTensorsKept(0, () => tf.tidy(() => void refine(CONFIG, weights, bars(), { steps: 1 })));
});
