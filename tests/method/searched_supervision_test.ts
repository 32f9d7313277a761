/** The searched pose that is told true azimuths, or true shapes: what could at best be learnt. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { type Batches, createBatches } from "@/data/batches.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { loadImageSet } from "@/data/sources.ts";
import type { TruthField } from "@/data/truth.ts";
import * as tf from "@/engine/tf.ts";
import { Inference } from "@/infer/inference.ts";
import { checkStoredConfig, configWith, createLearner } from "@/method/registry.ts";
import { foldAzimuth } from "@/method/pose/azimuth_search.ts";
import { azimuthCrossEntropy, BINS } from "@/method/pose/azimuth_bins.ts";
import { shapeError } from "@/method/shape_supervision.ts";
import type { Truth } from "@/model/learner.ts";
import { createPosedEncoder } from "@/model/posed_encoder.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { readHistory, type StepRecord } from "@/train/history.ts";
import { train } from "@/train/loop.ts";
import { loadRunData } from "@/train/run_data.ts";
import { createTrainer, type Losses, type Trainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";
import { passOf } from "../model/passes.ts";
import { tinySet } from "../tiny.ts";

const [batchSize, imageSize] = [4, 12];
type Supervised = "pose" | "shape";
const FIELDS = { pose: ["azimuth"], shape: ["occupancy"] } as const;
const configOf = (supervision: "none" | Supervised, changes = {}): Config =>
  configWith("quick", {
    method: "searched",
    filters: 32,
    latentSize: 3,
    steps: 40,
    data: "embedded-solids#chair+cup",
    batchSize,
    imageSize, // in a grid of 16, so that padding counts
    supervision,
    ...changes,
  });

let loaded: Promise<ImageSet> | undefined;
async function batchesWith(supervision: readonly TruthField[]): Promise<Batches> {
  loaded ??= loadImageSet("embedded-solids#chair+cup", "test", { imageSize, seed: 1 });
  return createBatches({
    sets: [{ set: await loaded, ratio: 1 }],
    batchSize,
    seed: 1,
    supervision,
  });
}

const takeSteps = (trainer: Trainer, batches: Batches, from: number, to: number): Losses[] =>
  Array.from({ length: to - from }, (_, i) => {
    const { images, truth } = batches.batch(from + i);
    return trainStep(trainer, images, from + i, truth);
  });

const numberOf = (x: tf.Tensor) => x.dataSync()[0]!;

/** The first batch as tensors. */
async function firstBatch() {
  const { images, truth } = (await batchesWith(["azimuth", "occupancy"])).batch(0);
  const side = imageSize;
  return () => ({
    images: tf.tensor4d(images, [batchSize, side, side, 1]),
    truth: {
      azimuth: tf.tensor1d(truth!.azimuth!),
      occupancy: tf.tensor4d(truth!.occupancy!, [batchSize, side, side, side]),
    },
  });
}

/** The terms of the model's move at a step, with the initial values. */
function modelTerms(config: Config, step: number, images: tf.Tensor4D, truth?: Truth) {
  const { parameters, moves } = createLearner(config);
  const terms = moves.at(-1)!.terms(passOf(parameters, { step }), images, truth);
  return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, numberOf(term)]));
}

for (const supervision of ["pose", "shape"] as const) {
  Deno.test(`told ${supervision}, the searched pose asks for ${FIELDS[supervision]}, and trains all that its loss reaches`, () => {
    const { parameters, moves, supervision: asked } = createLearner(configOf(supervision));
    assert.deepEqual(asked, FIELDS[supervision]);
    const isShape = supervision === "shape";
    assert.deepEqual(
      moves.map(({ name }) => name),
      isShape ? ["model"] : ["discriminator", "model"],
    );
    const trained = new Set(moves.flatMap((move) => move.parameters));
    const left = Object.keys(parameters).filter((name) => !trained.has(name));
    assert.deepEqual(left, isShape ? ["encoder/azimuth/weights", "encoder/azimuth/bias"] : []);
    assert.equal("discriminator/conv1/kernel" in parameters, !isShape);
  });

  Deno.test(`told ${supervision}, the searched pose trains traced as eagerly, and resumes to the bit`, async () => {
    const batches = await batchesWith(FIELDS[supervision]);
    const config = configOf(supervision);
    const lossesOf = (eager: boolean) => {
      using trainer = createTrainer(config, { eager });
      return takeSteps(trainer, batches, 0, 3);
    };
    const [traced, eager] = [lossesOf(false), lossesOf(true)];
    for (const [step, losses] of eager.entries()) {
      const { loss, discriminator: _, slope: __, ...terms } = losses;
      const sum = Object.values(terms).reduce((total, term) => total + term, 0);
      assertClose([loss!], [sum], 1e-3 * sum);
      for (const [name, value] of Object.entries(losses)) {
        assertClose([traced[step]![name]!], [value], 1e-3 * Math.max(1, Math.abs(value)));
      }
      if (supervision === "shape") assert.deepEqual(Object.keys(terms).sort(), ["kl", "shape"]);
    }
    await withFolder(async (folder) => {
      using whole = createTrainer(config);
      takeSteps(whole, batches, 0, 2);
      const checkpoint = { step: 2, config, snapshot: whole.snapshot() };
      const stored = await loadCheckpoint(await saveCheckpoint(join(folder, "run"), checkpoint));
      using resumed = createTrainer(stored.config, { snapshot: stored.snapshot });
      assert.deepEqual(takeSteps(resumed, batches, 2, 4), takeSteps(whole, batches, 2, 4));
      assert.deepEqual(resumed.snapshot(), whole.snapshot());
      // Inference is told nothing: it searches, as ever.
      using inference = new Inference(config, whole.snapshot());
      const { azimuth, occupancy } = inference.reconstruct(batches.batch(0).images);
      assert.ok(azimuth.every((angle) => Math.abs(angle) <= Math.PI / 2 + 1e-5));
      assert.ok(occupancy.every((value) => value >= 0 && value <= 1));
    });
  });

  Deno.test(`told ${supervision}, the searched pose takes steps one by one or together, with the same results`, async () => {
    const batches = await batchesWith(FIELDS[supervision]);
    const [one, three] = [1, 3].map((together) => {
      using trainer = createTrainer(configOf(supervision), { together });
      for (let step = 0; step < 4; step++) {
        const { images, truth } = batches.batch(step);
        trainer.train(images, step, truth);
      }
      return { losses: trainer.losses(), snapshot: trainer.snapshot() };
    });
    assert.equal(one!.losses.length, 4);
    assert.deepEqual(three, one);
  });

  Deno.test(`told ${supervision}, the searched pose keeps no tensor, and refuses batches that do not tell`, async () => {
    const batches = await batchesWith(FIELDS[supervision]);
    const { images, truth } = batches.batch(0);
    assertTensorsKept(0, () => {
      using trainer = createTrainer(configOf(supervision), { eager: true });
      trainStep(trainer, images, 0, truth);
      const tensors = tf.memory().numTensors;
      trainStep(trainer, images, 1, truth);
      assert.equal(tf.memory().numTensors, tensors);
      const [field] = FIELDS[supervision];
      const message = (got: string) => ({
        name: "TypeError",
        message:
          `Cannot train: truth must have ${field}, which the method is told of, got ${got}; ` +
          "make batches with this supervision",
      });
      assert.throws(() => trainer.train(images, 2), message("none"));
      const other = field === "azimuth" ? "occupancy" : "azimuth";
      assert.throws(
        () => trainer.train(images, 2, { [other]: new Float32Array(batchSize) }),
        message(other),
      );
    });
  });
}

Deno.test("told poses, the searched pose compares images from true azimuths alone", async () => {
  const batch = await firstBatch();
  tf.tidy(() => {
    const { images, truth } = batch();
    const config = configOf("pose");
    const { parameters } = createLearner(config);
    const at = (azimuth: tf.Tensor1D) => modelTerms(config, 9, images, { ...truth, azimuth });
    const told = at(truth.azimuth);
    // The guess is compared with the truth, folded; nothing is drawn.
    const encoder = createPosedEncoder({ imageSize: 16, filters: 32, latentSize: 3, bins: BINS });
    const padded = tf.pad(images, [[0, 0], [2, 2], [2, 2], [0, 0]]) as tf.Tensor4D;
    const { poseLogits } = encoder.encode(passOf(parameters, { step: 9 }), padded);
    const folded = foldAzimuth(truth.azimuth) as tf.Tensor1D;
    const expected = numberOf(tf.mean(azimuthCrossEntropy(poseLogits, folded)));
    assertClose([told.pose!], [expected], 1e-4);
    // A whole turn changes nothing, another azimuth does; a search would not depend on it.
    const turned = at(tf.add(truth.azimuth, 2 * Math.PI) as tf.Tensor1D);
    assertClose([turned.image!, turned.pose!], [told.image!, told.pose!], 1e-3);
    const elsewhere = at(tf.add(truth.azimuth, 1) as tf.Tensor1D);
    assert.ok(Math.abs(elsewhere.pose! - told.pose!) > 1e-3);
    const searched = modelTerms(configOf("none"), 9, images);
    assert.deepEqual(Object.keys(searched), Object.keys(told));
    assert.ok(searched.image! <= told.image! + 1e-3, "searched poses fit at least as well");
  });
});

Deno.test("told shapes, the searched pose has no loss but theirs and the divergence", async () => {
  const batch = await firstBatch();
  for (const step of [9, 33]) {
    tf.tidy(() => {
      const { images, truth } = batch();
      const config = configOf("shape");
      const { parameters } = createLearner(config);
      const pass = passOf(parameters, { step });
      const terms = modelTerms(config, step, images, truth);
      assert.deepEqual(Object.keys(terms), ["shape", "kl"]);
      assert.equal(modelTerms({ ...config, kl: 0 }, step, images, truth).kl, 0);
      // The decoder starts at almost empty grids, whatever the latent.
      const logits = tf.fill([batchSize, 16, 16, 16], -4) as tf.Tensor4D;
      const most = step === 33 ? 0.1 : 0;
      const shrink = tf.exp(tf.mul(most, tf.sub(tf.mul(pass.uniform("stretch", [4, 2]), 2), 1)));
      const error = shapeError(logits, truth.occupancy, {
        border: 2,
        shrink: shrink as tf.Tensor2D,
      });
      assertClose([terms.shape!], [numberOf(tf.mean(error))], 0.15 * terms.shape!);
    });
  }
});

Deno.test("told shapes, a few steps find them", async () => {
  const batches = await batchesWith(["occupancy"]);
  using trainer = createTrainer(configOf("shape", { steps: 1000, learningRate: 5e-3 }));
  const { images, truth } = batches.batch(0);
  const losses = Array.from({ length: 12 }, (_, i) => trainStep(trainer, images, 100 + i, truth));
  assert.ok(losses.at(-1)!.shape! < 0.7 * losses[0]!.shape!, JSON.stringify(losses));
});

Deno.test("older runs of the searched pose were told nothing", () => {
  const { supervision: _, ...older } = configOf("none");
  assert.deepEqual(checkStoredConfig(older), configOf("none"));
  assert.deepEqual(createLearner(configOf("none")).supervision, []);
  assert.throws(() => checkStoredConfig(configOf("all" as "pose")), {
    name: "RangeError",
    message: "Cannot use config: supervision must be one of none, pose, shape, got all",
  });
});

Deno.test("photographs tell nothing, and are refused before training begins", () => {
  const set = tinySet("blobs", 20, imageSize);
  assert.throws(
    () =>
      createBatches({ sets: [{ set, ratio: 1 }], batchSize, seed: 1, supervision: ["azimuth"] }),
    { name: "RangeError", message: /^Cannot tell azimuth of blobs: / },
  );
});

Deno.test("train() tells the method what it asks for, also where a run is resumed", async () => {
  const config = configOf("shape", { data: "embedded-bowls", steps: 4, checkpointEvery: 2 });
  const data = await loadRunData(config);
  await withFolder(async (folder) => {
    const stop = new AbortController();
    const onStep = ({ step }: StepRecord) => step === 2 && stop.abort();
    const [whole, halves] = [join(folder, "whole"), join(folder, "halves")];
    await train(config, { ...data, out: whole });
    await train(config, { ...data, out: halves, onStep, signal: stop.signal });
    await train(config, { ...data, out: halves, resume: true });
    const [losses, resumed] = await Promise.all(
      [whole, halves].map(async (out) =>
        (await readHistory(join(out, "history.jsonl"))).map(({ ms: _, ...losses }) => losses)
      ),
    );
    assert.equal(losses!.length, 4);
    assert.deepEqual(resumed, losses);
  });
});
