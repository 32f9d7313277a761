import assert from "node:assert/strict";
import { makeReference } from "@/tools/bench/reference.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { KNOWN } from "@/tools/bench/methods/registry.ts";
import { itemAt } from "@/engine/shapes.ts";
import type { Config } from "@/config.ts";
import type { Draw } from "@/tools/bench/methods/known_method.ts";
import * as tf from "@/engine/tf.ts";
import { createVae } from "@/method/vae.ts";
import { Pass } from "@/model/pass.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";
import { TINY } from "../../tiny.ts";

const STEPS = 3;
const { tensors, metadata } = makeReference(TINY, STEPS);

Deno.test("makeReference() holds all that decides the losses, with its shapes", () => {
  const shapes = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape }]) => [name, shape]),
  );
  assert.deepEqual(shapes.images, [3, 4, 8, 8, 1]);
  assert.deepEqual(shapes["draws/latent"], [3, 4, 3]);
  assert.deepEqual(shapes["draws/pose"], [3, 4, 12]);
  for (const term of ["loss", "image", "latent", "pose"]) {
    assert.deepEqual(shapes[`losses/${term}`], [3]);
  }
  assert.deepEqual(shapes["initial/encoder/conv1/kernel"], [3, 3, 1, 4]);
  assert.deepEqual(shapes["initial/encoder/norm1/mean"], [4]);
  assert.deepEqual(shapes["after/encoder/norm1/mean"], [4]);
  assert.ok(!("after/encoder/conv1/kernel" in shapes), "it holds no trained weights");
  assert.deepEqual(JSON.parse(metadata.config!), TINY);
});

Deno.test("makeReference() gives the losses of a trainer on the same images", () => {
  using trainer = createTrainer(TINY);
  const images = tensors.images!.values as Float32Array;
  const count = images.length / STEPS;
  for (let step = 0; step < STEPS; step++) {
    const { loss } = trainStep(trainer, images.slice(step * count, (step + 1) * count), step);
    assert.equal(loss, tensors["losses/loss"]!.values[step]);
  }
  assert.deepEqual(
    trainer.snapshot()["encoder/norm1/mean"],
    tensors["after/encoder/norm1/mean"],
  );
});

Deno.test("makeReference() draws other noise in each step and for each latent", () => {
  const draws = ["draws/latent", "draws/pose"].flatMap((name) => {
    const { shape, values } = tensors[name]!;
    const count = shape[1]! * shape[2]!;
    return Array.from({ length: STEPS }, (_, i) => values.slice(i * count, (i + 1) * count));
  });
  assert.equal(new Set(draws.map(([first]) => first)).size, 2 * STEPS);
  const all = draws.flatMap((values) => [...values]);
  assertClose([all.reduce((sum, x) => sum + x, 0) / all.length], [0], 0.3); // 180 of N(0, 1)
});

Deno.test("makeReference() holds the noise that the model samples with", () => {
  const model = createVae(TINY);
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => {
      const pass = passOf(model.parameters, { step }); // the seed is TINY's
      const draws: Record<string, Float32Array> = {}; // by their units
      pass.normal = (stream, shape) => {
        const noise = Pass.prototype.normal.call(pass, stream, shape);
        draws[shape.at(-1)!] = noise.dataSync() as Float32Array;
        return noise;
      };
      model.forward(pass, tf.zeros([TINY.batchSize, TINY.imageSize, TINY.imageSize, 1]));
      assert.deepEqual(Object.keys(draws), ["3", "12"]);
      for (const [units, name] of [[3, "draws/latent"], [12, "draws/pose"]] as const) {
        const count = TINY.batchSize * units;
        assert.deepEqual(
          itemAt(tensors[name]!.values as Float32Array, step, count),
          draws[units],
          name,
        );
      }
    });
  }
});

Deno.test("makeReference() keeps no tensor", () => {
  assertTensorsKept(0, () => makeReference(TINY, 1));
});

const SEARCHED = configWith("quick", {
  method: "searched",
  imageSize: 12,
  filters: 32,
  batchSize: 2,
  latentSize: 3,
  supervision: "none",
});

Deno.test("makeReference() holds averages, which a trained model works with", () => {
  const { tensors } = makeReference(SEARCHED, 2);
  assert.deepEqual(tensors["after/average/encoder/mean/bias"]!.shape, [3]);
  assert.ok(!("after/encoder/mean/bias" in tensors), "it holds no trained weights");
  assert.ok(!("after/average/discriminator/conv1/bias" in tensors), "opponents have none");
  assert.equal(tensors["losses/slope"]!.values.length, 2);
});

/** Runs the moves of a config's learner and notes what they draw, by stream. */
function drawnBy(config: Config): Record<string, Draw> {
  const draws: Record<string, Draw> = {};
  const learner = createLearner(config);
  const { batchSize, imageSize } = config;
  tf.tidy(() => {
    for (const move of learner.moves) {
      const pass = passOf(learner.parameters);
      for (const kind of ["normal", "uniform"] as const) {
        pass[kind] = (stream, shape) => {
          draws[stream] = { kind, shape: [...shape] };
          return Pass.prototype[kind].call(pass, stream, shape);
        };
      }
      move.terms(pass, tf.zeros([batchSize, imageSize, imageSize, 1]));
    }
  });
  return draws;
}

for (const config of [TINY, SEARCHED, { ...SEARCHED, asymmetric: true }] as Config[]) {
  const { method, asymmetric = false } = config;
  Deno.test(`the twins of ${method}, asymmetric ${asymmetric}, are given all that a step draws`, () => {
    const given = KNOWN[config.method]!.twins.draws(config);
    const drawn = drawnBy(config);
    assert.deepEqual(given, drawn);
  });
}
