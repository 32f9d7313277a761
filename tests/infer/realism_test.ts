import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import * as tf from "@/engine/tf.ts";
import { Inference } from "@/infer/inference.ts";
import { gapOf, type Judge, realismGap } from "@/infer/realism.ts";
import type { Method } from "@/method/method.ts";
import { configWith, createLearner, METHODS } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { WORKED } from "../method/worked_method.ts";
import { passOf } from "../model/passes.ts";
import { TINY, tinyData } from "../tiny.ts";

(METHODS as Record<string, Method>).worked = WORKED;

const CONFIG: Config = configWith("quick", { method: "worked", data: "blobs:1,bars:1" });
const { batches, samples } = tinyData(CONFIG);
const { parameters, realism } = createLearner(CONFIG);
const weights = initialValues(parameters, 1);

/** The azimuths that `gapOf` asks for. */
function askedAzimuths(count: number): Float32Array {
  let asked = new Float32Array();
  const judge: Judge = {
    scoreImages: () => Float32Array.of(0),
    scoreViews: (_, azimuth) => (asked = azimuth.slice()),
  };
  gapOf(judge, { seen: Float32Array.of(1), unseen: new Float32Array(count) }, 1);
  return asked;
}

Deno.test("gapOf() is the mean score of views less the mean score of images", () => {
  const judge: Judge = {
    scoreImages: (images) => images.map((pixel) => 10 * pixel), // 2, 6 and 1, of one pixel each
    scoreViews: (images) =>
      Float32Array.from(
        { length: 8 * images.length },
        (_, i) => images[Math.floor(i / 8)]! + i % 8,
      ),
  };
  const seen = Float32Array.of(0.2, 0.6, 0.1);
  // Views of the first image score 0 to 7, those of the second 1 to 8: 4 on the average.
  assertClose([gapOf(judge, { seen, unseen: Float32Array.of(0, 1) }, 1)], [4 - 3], 1e-5);
});

Deno.test("gapOf() looks from eight azimuths of each image, the same for every run", () => {
  const azimuths = askedAzimuths(200);
  assert.equal(azimuths.length, 1600);
  assert.deepEqual(askedAzimuths(200), azimuths);
  assert.deepEqual(askedAzimuths(3), azimuths.slice(0, 24));
  assert.ok(azimuths.every((angle) => angle >= 0 && angle < 2 * Math.PI));
  // Uniform on the circle: the mean of cos and sin is 0, with a deviation of 0.018.
  for (const wave of [Math.cos, Math.sin]) {
    const mean = azimuths.reduce((sum, angle) => sum + wave(angle), 0) / 1600;
    assert.ok(Math.abs(mean) < 0.07, `${mean}`);
  }
});

/** The gap by the learner's own functions, one image after the other. */
function gapByHand(config: Config, step: number): number {
  const { seen, unseen } = samples;
  const { imageSize } = config;
  const area = imageSize ** 2;
  const azimuths = askedAzimuths(unseen.length / area);
  return tf.tidy(() => {
    const pass = passOf(parameters, { step, isTraining: false });
    const imageOf = (images: Float32Array, i: number) =>
      tf.tensor4d(images.slice(i * area, (i + 1) * area), [1, imageSize, imageSize, 1]);
    const mean = (scores: tf.Tensor[]) => tf.mean(tf.concat(scores)).dataSync()[0]!;
    const rows = (images: Float32Array) =>
      Array.from({ length: images.length / area }, (_, i) => i);
    const views = rows(unseen).map((i) => {
      const azimuth = tf.tensor2d(azimuths.slice(8 * i, 8 * i + 8), [1, 8]);
      return realism!.views(pass, imageOf(unseen, i), azimuth).reshape([8]);
    });
    const images = rows(seen).map((i) => realism!.images(pass, imageOf(seen, i)));
    return mean(views) - mean(images);
  });
}

Deno.test("realismGap() is what the learner gives image by image, in whatever batches", () => {
  assert.equal(samples.unseen.length / 64 % CONFIG.batchSize, 3, "the last batch is not full");
  const gap = realismGap(CONFIG, weights, samples, { step: 5 });
  assert.ok(Math.abs(gap) > 1e-3);
  assertClose([gap], [gapByHand(CONFIG, 5)], 1e-5);
  assertClose([realismGap(CONFIG, weights, samples)], [gapByHand(CONFIG, CONFIG.steps)], 1e-5);
});

Deno.test("realismGap() is 0 for a discriminator that cannot tell", () => {
  const blind = initialValues(parameters, 1);
  blind["critic/output/weights"]!.values.fill(0);
  assert.equal(realismGap(CONFIG, blind, samples), 0);
});

Deno.test("a trainer gives the realism gap of its snapshot, and none without a discriminator", () => {
  using trainer = createTrainer(CONFIG);
  for (const step of [0, 1, 2]) trainStep(trainer, batches.batch(step).images, step);
  const gap = trainer.realismGap(samples)!;
  assertClose([gap], [realismGap(CONFIG, trainer.snapshot(), samples, { step: 3 })], 1e-5);
  const losses = trainStep(trainer, batches.batch(3).images, 3);

  // To ask changes nothing about the training.
  using unasked = createTrainer(CONFIG);
  for (const step of [0, 1, 2]) trainStep(unasked, batches.batch(step).images, step);
  assert.deepEqual(trainStep(unasked, batches.batch(3).images, 3), losses);

  using vae = createTrainer(TINY);
  assert.equal(vae.realismGap(samples), undefined);
});

const SEARCHED: Config = configWith("quick", {
  method: "searched",
  filters: 32,
  batchSize: 2,
  imageSize: 16,
  latentSize: 3,
});

Deno.test("the searched pose judges what it renders from the azimuths, by the trained discriminator", () => {
  const { samples: { unseen } } = tinyData(SEARCHED);
  const images = unseen.slice(0, 2 * 16 ** 2);
  const weights = initialValues(createLearner(SEARCHED).parameters, 1);
  weights["decoder/blocks/kernel"]!.values.forEach((value, i, all) => all[i] = 10 * value);
  const gap = realismGap(SEARCHED, weights, { seen: images, unseen: images });
  const azimuths = askedAzimuths(2);
  using inference = new Inference(SEARCHED, weights);
  const { occupancy } = inference.reconstruct(images);
  const { realism, parameters } = createLearner(SEARCHED);
  tf.tidy(() => {
    const values = Object.fromEntries(
      Object.entries(weights).map((
        [name, { shape, values }],
      ) => [name, tf.tensor(values, [...shape])]),
    );
    const pass = passOf(parameters, { values, isTraining: false });
    const meanOf = (pixels: Float32Array) => {
      const rows = tf.tensor4d(pixels, [pixels.length / 256, 16, 16, 1]);
      return tf.mean(realism!.images(pass, rows)).dataSync()[0]!;
    };
    const views = Array.from(
      { length: 8 },
      (_, v) =>
        meanOf(inference.render(occupancy, Float32Array.of(azimuths[v]!, azimuths[8 + v]!))),
    );
    const mean = views.reduce((sum, view) => sum + view, 0) / 8;
    assertClose([gap], [mean - meanOf(images)], 1e-4);
  });
});

Deno.test("realismGap() refuses methods without a discriminator, other weights, and other images", () => {
  assert.throws(() => realismGap(TINY, {}, samples), {
    name: "RangeError",
    message:
      "Cannot compute the realism gap: the method must have a discriminator of images, got " +
      "vae; train with --method searched",
  });
  assert.throws(() => realismGap(CONFIG, {}, samples), /Cannot load weights: .* got 0; /);
  assert.throws(
    () => realismGap(CONFIG, weights, { ...samples, seen: new Float32Array(65) }),
    /Cannot run the model: rows must have 64 values each, got 65 in all/,
  );
});

Deno.test("realismGap() keeps no tensor", () => {
  assertTensorsKept(0, () => void realismGap(CONFIG, weights, samples));
});
