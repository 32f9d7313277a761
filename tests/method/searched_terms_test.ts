/** The losses of the searched pose, written a second time from the parts that they are made of. */
import assert from "node:assert/strict";
import { configWith, createLearner } from "@/method/registry.ts";
import { azimuthCrossEntropy, BINS } from "@/method/pose/azimuth_bins.ts";
import { AZIMUTH_COUNT, foldAzimuth, searchAzimuths } from "@/method/pose/azimuth_search.ts";
import * as tf from "@/engine/tf.ts";
import { sample } from "@/model/gaussian.ts";
import { createImageDiscriminator } from "@/model/image_discriminator.ts";
import { createLogitDecoder } from "@/model/logit_decoder.ts";
import type { Pass } from "@/model/pass.ts";
import { createPosedEncoder } from "@/model/posed_encoder.ts";
import { projectMaximum } from "@/render/max_projection.ts";
import { projectVoxels } from "@/render/project.ts";
import { stretchImages } from "@/render/stretch.ts";
import { assertClose } from "../assert.ts";
import { passOf, randomTensor } from "../model/passes.ts";

const [B, S, Z, STEPS] = [3, 16, 4, 40];
const config = (asymmetric: boolean, changes = {}) =>
  configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: B,
    imageSize: S,
    steps: STEPS,
    latentSize: Z,
    asymmetric,
    kl: 0.7,
    realism: 1.7,
    cycle: 1.3,
    solidity: 0.6,
    ...changes,
  });
const images = () => tf.abs(randomTensor([B, S, S, 1], 1)) as tf.Tensor4D;

/** A pass with a decoder whose shapes are not empty, and an encoder that is sure of itself. */
function passAt(step: number, asymmetric: boolean): Pass {
  const { parameters } = createLearner(config(asymmetric));
  const values = {
    "decoder/blocks/kernel": tf.mul(randomTensor([3, 3, 3, 24, 8], 2), 0.3),
    "encoder/mean/weights": tf.mul(randomTensor([512, Z], 3), 0.1),
  };
  return passOf(parameters, { step, values });
}

const numberOf = (x: tf.Tensor) => x.dataSync()[0]!;
const mean = (x: tf.Tensor) => numberOf(tf.mean(x));
const ramp = (progress: number, from: number, to: number) =>
  Math.min(1, Math.max(0, (progress - from) / (to - from)));

/** What both moves look at: shapes for stretched images, and unseen views of them. */
function made(pass: Pass, step: number, asymmetric: boolean) {
  const progress = step / STEPS;
  const units = Z * ramp(progress, 0.1, 0.5);
  const awake = tf.tensor1d([0, 1, 2, 3].map((unit) => Math.min(1, Math.max(0, units - unit))));
  const most = 0.1 * ramp(progress, 0.5, 0.6);
  const draws = pass.uniform("stretch", [B, 2]);
  const shrink = tf.exp(tf.mul(tf.sub(tf.mul(draws, 2), 1), most)) as tf.Tensor2D;
  const seen = stretchImages(images().reshape([B, S, S]) as tf.Tensor3D, shrink);
  const encoder = createPosedEncoder({ imageSize: S, filters: 32, latentSize: Z, bins: BINS });
  const decoder = createLogitDecoder({
    latentSize: Z,
    gridSize: S,
    filters: 32,
    isSymmetric: !asymmetric,
  });
  const encode = (x: tf.Tensor3D) => encoder.encode(pass, x.expandDims(3) as tf.Tensor4D);
  const encoding = encode(seen);
  const latent = tf.mul(sample(pass, encoding.posterior, "latent"), awake) as tf.Tensor2D;
  const logits = decoder.decode(pass, latent);
  const density = tf.softplus(logits) as tf.Tensor4D;
  const occupancy = tf.sigmoid(logits) as tf.Tensor4D;
  const other = tf.mul(pass.uniform("elsewhere", [B]), 2 * Math.PI) as tf.Tensor1D;
  const views = step % 4 >= 2
    ? projectMaximum(occupancy, other)
    : projectVoxels(density, other, { tau: 1 });
  return { progress, awake, seen, encode, encoding, latent, density, occupancy, other, views };
}

/** The terms of the model's move. */
function modelTwin(pass: Pass, step: number, asymmetric: boolean): Record<string, number> {
  const { progress, awake, seen, encode, encoding, latent, density, occupancy, other, views } =
    made(pass, step, asymmetric);
  // 20 at the start, 1 at half-time, 0.5 at the end.
  const temperature = progress < 0.5 ? 20 * (1 / 20) ** (2 * progress) : 0.5 ** (2 * progress - 1);
  const { azimuth } = searchAzimuths(density, seen, {
    tau: 1,
    isFolded: !asymmetric,
    draw: {
      temperature: tf.scalar(temperature),
      uniform: pass.uniform("pose", [B, AZIMUTH_COUNT]),
    },
  });
  const fold = (angle: tf.Tensor1D) => asymmetric ? angle : foldAzimuth(angle) as tf.Tensor1D;
  const squares = (x: tf.Tensor) => mean(tf.sum(tf.squaredDifference(x, seen), [1, 2]));
  const again = encode(views);
  const { mean: centre, logVariance } = encoding.posterior;
  const perUnit = tf.mul(
    0.5,
    tf.sub(tf.sub(tf.add(tf.square(centre), tf.exp(logVariance)), 1), logVariance),
  );
  const { logits: judge } = createImageDiscriminator(S, 32);
  const missed = tf.mul(tf.sub(again.posterior.mean, latent), awake);
  const grown = ramp(progress, 0.1, 0.3);
  return {
    image: squares(projectVoxels(density, azimuth, { tau: 1 })),
    pose: mean(azimuthCrossEntropy(encoding.poseLogits, fold(azimuth))),
    maximum: 0.6 * ramp(progress, 0.3, 0.5) * squares(projectMaximum(occupancy, azimuth)),
    kl: 0.7 * mean(tf.sum(tf.mul(perUnit, awake), 1)),
    realism: 1.7 * grown * mean(tf.softplus(tf.neg(judge(pass, views, "dropped/model")))),
    cycle: 1.3 * grown * mean(tf.sum(tf.square(missed), 1)),
    cyclePose: grown * mean(azimuthCrossEntropy(again.poseLogits, fold(other))),
  };
}

/** The terms of the discriminator's move. */
function discriminatorTwin(pass: Pass, step: number, asymmetric: boolean): Record<string, number> {
  const { seen, views } = made(pass, step, asymmetric);
  const { logits } = createImageDiscriminator(S, 32);
  const flips = pass.uniform("flip", [B, 1, 1]).dataSync();
  const real = tf.stack(
    tf.unstack(seen).map((image, b) =>
      !asymmetric && flips[b]! < 0.5 ? tf.reverse(image, 1) : image
    ),
  ) as tf.Tensor3D;
  const noisy = tf.add(real, tf.mul(0.05, pass.normal("probe", [B, S, S]))) as tf.Tensor3D;
  const change = tf.div(tf.sub(logits(pass, noisy), logits(pass, real)), 0.05);
  return {
    discriminator: mean(tf.softplus(tf.neg(logits(pass, real, "dropped/real")))) +
      mean(tf.softplus(logits(pass, views, "dropped/fake"))),
    slope: 0.5 * mean(tf.square(change)),
  };
}

for (const asymmetric of [false, true]) {
  // Before views come in; while they do, of both kinds; before and after half-time.
  for (const step of [2, 9, 10, 15, 22, 33]) {
    Deno.test(`the searched pose's terms are those of its parts at step ${step} of 40, asymmetric ${asymmetric}`, () => {
      tf.tidy(() => {
        const pass = passAt(step, asymmetric);
        const [discriminator, model] = createLearner(config(asymmetric)).moves;
        const expected = {
          ...discriminatorTwin(pass, step, asymmetric),
          ...modelTwin(pass, step, asymmetric),
        };
        const got = {
          ...discriminator!.terms(pass, images()),
          ...model!.terms(pass, images()),
        };
        assert.deepEqual(Object.keys(got), Object.keys(expected));
        for (const [name, value] of Object.entries<number>(expected)) {
          assertClose([numberOf(got[name]!)], [value], 1e-3 * Math.max(1, Math.abs(value)));
        }
      });
    });
  }
}

/** The largest slope of one term for each of some parameters; 0 where none reaches it. */
function slopesOf(term: string, names: readonly string[]): number[] {
  return tf.tidy(() => {
    const { parameters, moves } = createLearner(config(false));
    const { values } = passAt(20, false);
    const move = moves[["discriminator", "slope"].includes(term) ? 0 : 1]!;
    const gradients = tf.grads((...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const pass = passOf(parameters, { step: 20, values: { ...values, ...given } });
      // A sum of zeros reaches all of them in any case.
      const zeros = inputs.map((x) => tf.mul(0, tf.sum(x)));
      return tf.addN([move.terms(pass, images())[term]!, ...zeros]);
    })(names.map((name) => values[name]!));
    return gradients.map((gradient) => numberOf(tf.max(tf.abs(gradient))));
  });
}

Deno.test("the searched pose's terms teach the parts that they are to, and no others", () => {
  const [encoder, decoder, judge, guess] = [
    "encoder/conv1/kernel",
    "decoder/blocks/bias",
    "discriminator/conv1/kernel",
    "encoder/azimuth/bias",
  ];
  const taught: Record<string, string[]> = {
    image: [encoder!, decoder!],
    maximum: [encoder!, decoder!],
    pose: [encoder!, guess!],
    kl: [encoder!],
    realism: [encoder!, decoder!, judge!],
    // A view and the latent that it was made from are given: only finding it again is learnt.
    cycle: [encoder!],
    cyclePose: [encoder!, guess!],
    discriminator: [judge!],
    slope: [judge!],
  };
  const all = [encoder!, decoder!, judge!, guess!];
  for (const [term, names] of Object.entries(taught)) {
    for (const [i, slope] of slopesOf(term, all).entries()) {
      const isTaught = names.includes(all[i]!);
      assert.ok(Number.isFinite(slope) && slope > 0 === isTaught, `${term}, ${all[i]}: ${slope}`);
    }
  }
});
