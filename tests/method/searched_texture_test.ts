/** The searched pose with a texture: silhouettes decide what there is, and photographs how bright. */
import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { Inference } from "@/infer/inference.ts";
import { refine } from "@/infer/refine.ts";
import { checkStoredConfig, configWith, createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { silhouettesOf } from "@/render/silhouette.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { assertClose } from "../assert.ts";
import { passOf } from "../model/passes.ts";
import { assertTrainsAndResumes } from "./trained_and_resumed.ts";

const [B, S, STEPS] = [4, 16, 40];
const configOf = (changes: Record<string, string | number | boolean> = {}) =>
  configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: B,
    imageSize: S,
    steps: STEPS,
    latentSize: 3,
    texture: true,
    ...changes,
  });
const CONFIG = configOf();
const PLAIN = configOf({ texture: false });

/** Grey boxes with a dark stripe each, which no silhouette shows. */
const random = createRandom(5);
const PHOTOGRAPHS = Float32Array.from({ length: B * S * S }, (_, i) => {
  const [b, h, w] = [Math.floor(i / S / S), Math.floor(i / S) % S, i % S];
  const isInside = Math.abs(h - 7.5) < 4 + b && Math.abs(w - 7.5) < 5;
  return isInside ? (Math.abs(w - 7.5) < 2 ? 0.3 : 0.8) + random.uniform(-0.05, 0.05) : 0;
});
const SILHOUETTES = tf.tidy(() =>
  silhouettesOf(tf.tensor3d(PHOTOGRAPHS, [B, S, S])).dataSync() as Float32Array
);

/** The terms of both moves at a step, with the initial values. */
function termsAt(step: number, config: Config, images: Float32Array): Record<string, number> {
  return tf.tidy(() => {
    const { parameters, moves } = createLearner(config);
    const pass = passOf(parameters, { step });
    const batch = tf.tensor4d(images, [B, S, S, 1]);
    return Object.fromEntries(
      moves.flatMap(({ terms }) => Object.entries(terms(pass, batch)))
        .map(([name, term]) => [name, term.dataSync()[0]!]),
    );
  });
}

Deno.test("the searched pose with a texture learns the shapes of silhouettes, term by term", () => {
  for (const step of [9, 15, 33]) {
    const { texture, ...terms } = termsAt(step, CONFIG, PHOTOGRAPHS);
    assert.deepEqual(terms, termsAt(step, PLAIN, SILHOUETTES));
    assert.ok(texture! > 0);
  }
});

Deno.test("the searched pose with a texture takes the same steps as without, on silhouettes", () => {
  const shapes = (config: Config, images: Float32Array) => {
    using trainer = createTrainer(config, { eager: true });
    for (const step of [0, 1]) trainStep(trainer, images, step);
    return trainer.snapshot();
  };
  const [textured, plain] = [shapes(CONFIG, PHOTOGRAPHS), shapes(PLAIN, SILHOUETTES)];
  for (const name of Object.keys(plain)) {
    assertClose(textured[name]!.values, plain[name]!.values, 1e-5);
  }
});

Deno.test("the searched pose's texture term is the squared error of the painted image", () => {
  const images = tf.tidy(() => {
    const { parameters, infer } = createLearner(CONFIG);
    const pass = passOf(parameters, { step: 9, isTraining: false });
    const { rendering, projection } = infer(pass, tf.tensor4d(PHOTOGRAPHS, [B, S, S, 1]));
    return [rendering, projection].map((image) => image.dataSync());
  });
  const [rendering, projection] = images as [Float32Array, Float32Array];
  // Colours start at about half of white, so that images are half as bright as their projections.
  rendering.forEach((value, i) =>
    assert.ok(value > 0.3 * projection[i]! && value < projection[i]!)
  );
  const error = rendering.reduce((sum, value, i) => sum + (value - PHOTOGRAPHS[i]!) ** 2, 0) / B;
  // Training draws latent and pose, which so early hardly change what is nearly empty.
  const { texture } = termsAt(9, CONFIG, PHOTOGRAPHS);
  assertClose([texture!], [error], 0.1 * error);
});

Deno.test("the searched pose's texture term teaches the texture alone", () => {
  tf.tidy(() => {
    const { parameters, moves } = createLearner(CONFIG);
    const { values } = passOf(parameters, { step: 20 });
    const names = moves[1]!.parameters;
    const batch = tf.tensor4d(PHOTOGRAPHS, [B, S, S, 1]);
    const gradients = tf.grads((...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const pass = passOf(parameters, { step: 20, values: { ...values, ...given } });
      const zeros = inputs.map((x) => tf.mul(0, tf.sum(x)));
      return tf.addN([moves[1]!.terms(pass, batch).texture!, ...zeros]);
    })(names.map((name) => values[name]!));
    for (const [i, name] of names.entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 === name.startsWith("texture/"), `${name}: ${largest}`);
    }
  });
});

Deno.test("the searched pose with a texture trains traced as eagerly, and resumes to the bit", async () => {
  await assertTrainsAndResumes(CONFIG, PHOTOGRAPHS);
});

Deno.test("refine() paints the shapes that it refines, and leaves silhouettes their projection", () => {
  const weights = initialValues(createLearner(CONFIG).parameters, 1);
  const images = PHOTOGRAPHS.slice(0, 3 * S * S);
  const { rendering, projection, occupancy, azimuth } = refine(CONFIG, weights, images, {
    steps: 2,
  });
  using inference = new Inference(CONFIG, weights);
  assertClose(projection, inference.render(occupancy, azimuth), 1e-4);
  rendering.forEach((value, i) =>
    assert.ok(value > 0.3 * projection[i]! && value < projection[i]!)
  );
  // Refinement goes by silhouettes.
  const silhouettes = refine(PLAIN, weights, SILHOUETTES.slice(0, 3 * S * S), { steps: 2 });
  assertClose(projection, silhouettes.projection, 1e-5);
});

Deno.test("the searched pose of older files has no texture", () => {
  const { texture: _, ...older } = PLAIN;
  assert.deepEqual(checkStoredConfig(older), PLAIN);
  assert.ok(
    Object.keys(createLearner(PLAIN).parameters).every((name) => !name.startsWith("texture/")),
  );
});
