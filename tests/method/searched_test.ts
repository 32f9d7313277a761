import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { createBatches } from "@/data/batches.ts";
import * as tf from "@/engine/tf.ts";
import { Inference } from "@/infer/inference.ts";
import { configWith, createLearner, definingFields } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { createTrainer, type Losses, type Trainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";
import { passOf } from "../model/passes.ts";
import { tinySet } from "../tiny.ts";

const CONFIG = configWith("quick", {
  method: "searched",
  filters: 32,
  batchSize: 4,
  imageSize: 16,
  steps: 40,
  latentSize: 3,
  data: "blobs:1,bars:1",
});
const { batchSize, imageSize } = CONFIG;
const Z = 3;

function batchesOf(size: number) {
  const sets = [
    { set: tinySet("blobs", 20, size), ratio: 1 },
    { set: tinySet("bars", 11, size), ratio: 1 },
  ];
  return createBatches({ sets, batchSize, seed: 1 });
}
const batches = batchesOf(imageSize);

const takeSteps = (trainer: Trainer, from: number, to: number): Losses[] =>
  Array.from(
    { length: to - from },
    (_, i) => trainStep(trainer, batches.batch(from + i).images, from + i),
  );

/** What a run starts from. */
const initial = (config: Config = CONFIG) =>
  initialValues(createLearner(config).parameters, config.seed);

/** A decoder whose logits differ a lot from place to place, as those of trained ones do. */
function rough(config: Config) {
  const weights = initial(config);
  weights["decoder/blocks/kernel"]!.values.forEach((value, i, all) => all[i] = 10 * value);
  return weights;
}

Deno.test("the searched pose trains traced as it does eagerly, its terms named and finite", () => {
  const lossesOf = (eager: boolean) => {
    using trainer = createTrainer(CONFIG, { eager });
    return takeSteps(trainer, 0, 3);
  };
  const [traced, eager] = [lossesOf(false), lossesOf(true)];
  for (const [step, losses] of eager.entries()) {
    assert.deepEqual(Object.keys(losses).sort(), [
      "cycle",
      "cyclePose",
      "discriminator",
      "image",
      "kl",
      "loss",
      "maximum",
      "pose",
      "realism",
      "slope",
    ]);
    for (const [name, value] of Object.entries(losses)) {
      assert.ok(Number.isFinite(value), `${name} ${value}`);
      assertClose([traced[step]![name]!], [value], 1e-3 * Math.max(1, Math.abs(value)));
    }
    const { loss, discriminator, slope, ...terms } = losses;
    const sum = Object.values(terms).reduce((sum, term) => sum + term, 0);
    assertClose([loss!], [sum], 1e-3 * sum);
    assert.ok(discriminator! > 0 && slope! >= 0);
  }
});

/** The terms of both moves, at a step, with the initial values. */
function termsAt(step: number, config: Config = CONFIG): Record<string, number> {
  return tf.tidy(() => {
    const { parameters, moves } = createLearner(config);
    const images = tf.tensor4d(batches.batch(0).images, [batchSize, imageSize, imageSize, 1]);
    const pass = passOf(parameters, { step });
    return Object.fromEntries(
      moves.flatMap(({ terms }) => Object.entries(terms(pass, images)))
        .map(([name, term]) => [name, term.dataSync()[0]!]),
    );
  });
}

Deno.test("the searched pose begins with images and poses, and its other terms come in later", () => {
  const start = termsAt(0);
  for (const name of ["maximum", "kl", "realism", "cycle", "cyclePose"]) {
    assertClose([start[name]!], [0], 0);
  }
  assert.ok(start.image! > 0 && start.pose! > 0);
  // At 30 % views and cycle are there in full, the maximum begins, and 1.5 of 3 units are awake.
  const grown = termsAt(12);
  for (const name of ["kl", "realism", "cycle", "cyclePose"]) assert.ok(grown[name]! > 0, name);
  assertClose([grown.maximum!], [0], 1e-3);
  assert.ok(termsAt(20).maximum! > 0);
  const silent = { kl: 0, realism: 0, cycle: 0, solidity: 0 };
  const alone = termsAt(30, { ...CONFIG, ...silent });
  for (const name of ["maximum", "kl", "realism", "cycle"]) assertClose([alone[name]!], [0], 0);
});

Deno.test("the searched pose trains every parameter in one of its moves", () => {
  const { parameters, moves } = createLearner(CONFIG);
  assert.deepEqual(moves.map(({ name }) => name), ["discriminator", "model"]);
  const names = moves.flatMap((move) => move.parameters);
  assert.deepEqual(names.toSorted(), Object.keys(parameters).toSorted());
  assert.ok(moves[0]!.parameters.every((name) => name.startsWith("discriminator/")));
});

Deno.test("the searched pose warms up over 200 steps and slows down from 60 % of the run on", () => {
  const { moves } = createLearner({ ...CONFIG, steps: 1000 });
  const schedule = moves[1]!.learningRate as (step: tf.Scalar) => tf.Scalar;
  tf.tidy(() => {
    const rates = [0, 100, 200, 600, 800, 1000].map((step) =>
      schedule(tf.scalar(step)).dataSync()[0]! / (CONFIG.learningRate as number)
    );
    assertClose(rates, [0, 0.5, 1, 1, 0.5, 0.05], 1e-4);
  });
});

Deno.test("the searched pose resumes from its checkpoint to the bit, averages included", async () => {
  await withFolder(async (folder) => {
    using whole = createTrainer(CONFIG);
    takeSteps(whole, 0, 3);
    const checkpoint = { step: 3, config: CONFIG, snapshot: whole.snapshot() };
    const loaded = await loadCheckpoint(await saveCheckpoint(join(folder, "run"), checkpoint));
    assert.deepEqual(loaded, checkpoint);
    for (const name of Object.keys(initial())) {
      // The opponent is not averaged: what judges is what training met.
      assert.equal(`average/${name}` in loaded.snapshot, !name.startsWith("discriminator/"), name);
    }
    using resumed = createTrainer(loaded.config, { snapshot: loaded.snapshot });
    assert.deepEqual(takeSteps(resumed, 3, 5), takeSteps(whole, 3, 5));
    const [got, expected] = [resumed.snapshot(), whole.snapshot()];
    assert.deepEqual(got, expected);

    // Averages are what a trained model works with, in training and from its checkpoint.
    const images = batches.batch(0).images;
    const seen = whole.reconstruct(images);
    const averages = Object.fromEntries(
      Object.keys(initial()).map((name) => [name, expected[`average/${name}`] ?? expected[name]!]),
    );
    using inference = new Inference(CONFIG, expected, { step: 5 });
    using averaged = new Inference(CONFIG, averages, { step: 5 });
    const read = inference.reconstruct(images);
    assert.deepEqual(averaged.reconstruct(images), read);
    for (const name of ["latent", "occupancy", "rendering"] as const) {
      assertClose(seen[name], read[name], 1e-4);
    }
  });
});

Deno.test("the searched pose averages its parameters, and keeps Adam's means as each move says", () => {
  using trainer = createTrainer(CONFIG);
  const name = "decoder/blocks/kernel";
  let average = Float64Array.from(initial()[name]!.values);
  for (let step = 0; step < 3; step++) {
    takeSteps(trainer, step, step + 1);
    const snapshot = trainer.snapshot();
    const kept = (step + 1) / (step + 20);
    const now = snapshot[name]!.values;
    average = average.map((before, i) => now[i]! + kept * (before - now[i]!));
    // Steps are about 1e-5: Adam's size, warming up.
    assertClose(snapshot[`average/${name}`]!.values, average, 1e-6);
    if (step > 0) continue;
    // The discriminator's gradient has no memory, its square keeps 0.99; the model's keep 0.9 and 0.99.
    const means = (move: string, name: string) =>
      ["first", "second"].map((mean) => snapshot[`adam/${move}/${mean}/${name}`]!.values);
    const [slope, square] = means("discriminator", "discriminator/conv1/kernel");
    slope!.forEach((g, i) => assertClose([square![i]!], [0.01 * g * g], 1e-4 * g * g));
    const [tenth, hundredth] = means("model", "encoder/azimuth/bias");
    tenth!.forEach((g, i) => assertClose([hundredth![i]!], [g * g], 1e-4 * g * g));
  }
});

Deno.test("the searched pose wakes up its latent units one by one", () => {
  const images = batches.batch(0).images;
  const latentAt = (step: number) => {
    using inference = new Inference(CONFIG, initial(), { step });
    const { latent } = inference.reconstruct(images);
    assertClose(inference.encode(images).mean, means, 1e-6);
    return latent;
  };
  using last = new Inference(CONFIG, initial());
  const means = last.encode(images).mean;
  const awake = (...shares: number[]) => means.map((mean, i) => mean * shares[i % Z]!);
  assertClose(latentAt(0), awake(0, 0, 0), 0);
  assertClose(latentAt(4), awake(0, 0, 0), 1e-6);
  assertClose(latentAt(12), awake(1, 0.5, 0), 1e-5);
  assertClose(latentAt(20), means, 1e-5);
  assertClose(last.reconstruct(images).latent, means, 1e-6);
});

for (const asymmetric of [false, true]) {
  const what = asymmetric ? "no symmetry" : "symmetric shapes and folded azimuths";
  Deno.test(`the searched pose has ${what}, with asymmetric ${asymmetric}`, () => {
    const config = { ...CONFIG, asymmetric };
    using inference = new Inference(config, rough(config));
    const images = batches.batch(0).images;
    const { occupancy, azimuth, rendering } = inference.reconstruct(images);
    const [n, end] = [imageSize, asymmetric ? Math.PI : Math.PI / 2];
    const mirrored = occupancy.map((_, i) => occupancy[i - i % n + (n - 1 - i % n)]!);
    const difference = Math.max(...occupancy.map((value, i) => Math.abs(value - mirrored[i]!)));
    assert.ok(asymmetric ? difference > 0.1 : difference < 1e-5, `${difference}`);
    assert.ok(azimuth.every((angle) => angle >= -end - 1e-5 && angle <= end + 1e-5));
    assert.ok(rendering.every((value) => value >= 0 && value <= 1));
    // Decoding and rendering by themselves give the same as the images did.
    assertClose(inference.render(occupancy, azimuth), rendering, 1e-4);
    assertClose(inference.decode(inference.reconstruct(images).latent), occupancy, 1e-5);
  });
}

Deno.test("the searched pose pads images of 28 to 32, and renders 28 again", () => {
  const config = { ...CONFIG, imageSize: 28 };
  const learner = createLearner(config);
  assert.equal(learner.gridSize, 32);
  using inference = new Inference(config, rough(config), { batchSize: 2 });
  const images = batchesOf(28).batch(0).images.slice(0, 2 * 28 ** 2);
  const { occupancy, azimuth, projection, rendering } = inference.reconstruct(images);
  assert.deepEqual(
    [occupancy.length, azimuth.length, projection.length, rendering.length],
    [2 * 32 ** 3, 2, 2 * 28 ** 2, 2 * 28 ** 2],
  );
  assertClose(inference.render(occupancy, azimuth), rendering, 1e-4);
  // A cell of the grid's 2 x 2 in the middle is seen in the middle of the image.
  const grid = new Float32Array(32 ** 3);
  for (const h of [15, 16]) for (const w of [15, 16]) grid[(16 * 32 + h) * 32 + w] = 0.5;
  const seen = inference.render(grid, Float32Array.of(0));
  const expected = seen.map((_, i) =>
    [13, 14].includes(Math.floor(i / 28)) && [13, 14].includes(i % 28) ? 0.5 : 0
  );
  assertClose(seen, expected, 1e-5);
  tf.tidy(() => {
    const pass = passOf(learner.parameters, { isTraining: false });
    const [small, whole] = [config, { ...CONFIG, imageSize: 32 }].map((each) => {
      const count = each.imageSize;
      const border = (count - 28) / 2;
      const rows = tf.tensor4d(images, [2, 28, 28, 1]);
      const padded = tf.pad(rows, [[0, 0], [border, border], [border, border], [0, 0]]);
      return createLearner(each).encode(pass, padded as tf.Tensor4D).mean.dataSync();
    });
    assertClose(small!, whole!, 1e-5);
  });
});

Deno.test("steps define a run of the searched pose, and none of the vae", () => {
  assert.ok(definingFields(CONFIG).includes("steps"));
  const vae = configWith("quick", { method: "vae" });
  assert.ok(!definingFields(vae).includes("steps"));
  for (const name of ["precision", "checkpointEvery", "frameEvery"]) {
    assert.ok(!definingFields(CONFIG).includes(name), name);
  }
  for (const name of ["kl", "asymmetric", "seed", "latentSize"]) {
    assert.ok(definingFields(CONFIG).includes(name), name);
  }
});

Deno.test("the searched pose keeps no tensor", () => {
  assertTensorsKept(0, () => {
    using trainer = createTrainer(CONFIG, { eager: true });
    takeSteps(trainer, 0, 1);
    const tensors = tf.memory().numTensors;
    takeSteps(trainer, 1, 2);
    trainer.reconstruct(batches.batch(0).images);
    trainer.snapshot();
    assert.equal(tf.memory().numTensors, tensors);
  });
});
