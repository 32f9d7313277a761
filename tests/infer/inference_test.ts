import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { Inference } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { createVae, type VaeConfig } from "@/method/vae.ts";
import { createRandom } from "@/engine/random.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import { projectVoxels } from "@/render/project.ts";
import { THRESHOLD } from "@/render/voxel_grid.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";
import { passOf } from "../model/passes.ts";

const { imageSize, latentSize, batchSize, tau } = TINY;
const AREA = imageSize ** 2;
const weights = initialValues(createLearner(TINY).parameters, 1);

function randomImages(count: number): Float32Array {
  const random = createRandom(2);
  return Float32Array.from({ length: count * AREA }, () => random.uniform());
}

Deno.test("reconstruct() gives latents, azimuths, occupancies and renderings for each image", () => {
  using inference = new Inference(TINY, weights);
  const made = inference.reconstruct(randomImages(batchSize));
  const lengths = Object.entries(made).map(([name, { length }]) => [name, length / batchSize]);
  assert.deepEqual(Object.fromEntries(lengths), {
    latent: latentSize - 1,
    azimuth: 1,
    elevation: 1,
    occupancy: imageSize ** 3,
    projection: AREA,
    rendering: AREA,
  });
  const { azimuth, elevation, occupancy, rendering } = made;
  assert.deepEqual([...elevation], new Array(batchSize).fill(0));
  assert.ok(occupancy.every((value) => value > 0 && value < 1));
  assert.ok(rendering.every((value) => value >= 0 && value < 1));
  assert.ok(azimuth.every((value) => value >= 0 && value <= 2 * Math.PI));
});

Deno.test("reconstruct() gives what the model gives eagerly outside training", () => {
  const values = randomImages(batchSize);
  using inference = new Inference(TINY, weights);
  const got = inference.reconstruct(values);
  tf.tidy(() => {
    const model = createVae(TINY);
    const pass = passOf(model.parameters, { isTraining: false });
    const images = tf.tensor4d(values, [batchSize, imageSize, imageSize, 1]);
    const { posterior, occupancy } = model.forward(pass, images);
    assertClose(got.latent, posterior.mean.dataSync(), 1e-5);
    assertClose(got.occupancy, occupancy.dataSync(), 5e-6);
  });
});

Deno.test("reconstruct() gives the projection of its voxels from its azimuth", () => {
  using inference = new Inference(TINY, weights);
  const { occupancy, azimuth, projection } = inference.reconstruct(randomImages(batchSize));
  tf.tidy(() => {
    const voxels = tf.tensor4d(occupancy, [batchSize, imageSize, imageSize, imageSize]);
    const density = tf.div(voxels, tau) as tf.Tensor4D;
    const seen = projectVoxels(density, tf.tensor1d(azimuth), { tau });
    assertClose(projection, seen.dataSync(), 1e-5);
  });
});

Deno.test("reconstruct() takes any number of images, in batches", () => {
  using inference = new Inference(TINY, weights);
  const values = randomImages(batchSize + 3);
  const all = inference.reconstruct(values);
  assert.equal(all.azimuth.length, batchSize + 3);
  const tail = inference.reconstruct(values.slice(batchSize * AREA));
  assert.deepEqual(all.rendering.slice(batchSize * AREA), tail.rendering);
  assert.deepEqual(all.latent.slice(batchSize * (latentSize - 1)), tail.latent);
});

Deno.test("reconstruct() gives the same in batches of another size", () => {
  using whole = new Inference(TINY, weights);
  using single = new Inference(TINY, weights, { batchSize: 1 });
  assert.deepEqual([whole.batchSize, single.batchSize], [batchSize, 1]);
  const values = randomImages(2);
  const [expected, got] = [whole.reconstruct(values), single.reconstruct(values)];
  assertClose(got.latent, expected.latent, 1e-5);
  assertClose(got.occupancy, expected.occupancy, 5e-6);
});

Deno.test("decode() gives the occupancy of reconstruct() for its latents", () => {
  using inference = new Inference(TINY, weights);
  const { latent, occupancy } = inference.reconstruct(randomImages(batchSize));
  assertClose(inference.decode(latent), occupancy, 5e-6);
  const first = inference.decode(latent.slice(0, latentSize - 1));
  assertClose(first, occupancy.subarray(0, imageSize ** 3), 5e-6);
});

Deno.test("encode() gives the posteriors of the images, whatever batch they are in", () => {
  using inference = new Inference(TINY, weights);
  const values = randomImages(batchSize + 1);
  const { mean, logVariance } = inference.encode(values);
  assertClose(mean, inference.reconstruct(values).latent, 1e-6);
  assert.equal(logVariance.length, (batchSize + 1) * (latentSize - 1));
  const alone = inference.encode(values.slice(batchSize * AREA));
  assertClose(alone.logVariance, logVariance.subarray(batchSize * (latentSize - 1)), 1e-6);
  tf.tidy(() => {
    const model = createLearner(TINY);
    const images = tf.tensor4d(values.slice(0, AREA), [1, imageSize, imageSize, 1]);
    const pass = passOf(model.parameters, { isTraining: false });
    const posterior = model.encode(pass, images);
    const first = (rows: Float32Array) => rows.subarray(0, latentSize - 1);
    assertClose(first(mean), posterior.mean.dataSync(), 1e-5);
    assertClose(first(logVariance), posterior.logVariance.dataSync(), 1e-5);
  });
});

Deno.test("render() gives the rendering of reconstruct() for its voxels and azimuths", () => {
  using inference = new Inference(TINY, weights);
  const { occupancy, azimuth, rendering } = inference.reconstruct(randomImages(batchSize + 1));
  assertClose(inference.render(occupancy, azimuth), rendering, 1e-5);
});

Deno.test("render() turns each grid by its own azimuth", () => {
  using inference = new Inference(TINY, weights);
  // The left half is half opaque: behind each of its columns stand S cells of it, or none.
  const half = Float32Array.from({ length: imageSize ** 3 }, (_, i) => i % imageSize < 4 ? 0.5 : 0);
  const opaque = 1 - Math.exp(-0.5 * imageSize);
  const row = (left: number, right: number) =>
    Array.from({ length: imageSize }, (_, w) => w < 4 ? left : right);
  const projections = inference.render(
    Float32Array.from([...half, ...half, ...half]),
    Float32Array.of(0, Math.PI, 2 * Math.PI),
  );
  const firstRow = (i: number) => projections.subarray(i * AREA, i * AREA + imageSize);
  assertClose(firstRow(0), row(opaque, 0), 1e-4);
  assertClose(firstRow(1), row(0, opaque), 1e-4);
  assertClose(firstRow(2), row(opaque, 0), 1e-4);
});

Deno.test("render() keeps a camera level and paints nothing, whatever the model can do", () => {
  const config = { ...TINY, pose: "encoder", elevation: true, texture: true };
  using plain = new Inference(TINY, weights);
  using other = new Inference(config, initialValues(createLearner(config).parameters, 1));
  const occupancy = new Float32Array(imageSize ** 3).fill(0.15);
  const azimuth = Float32Array.of(1.2 * Math.PI);
  assertClose(other.render(occupancy, azimuth), plain.render(occupancy, azimuth), 1e-6);
});

Deno.test("Inference gives azimuths in radians, and elevations where the model has them", () => {
  const config: VaeConfig = { ...TINY, pose: "encoder", elevation: true };
  const model = createVae(config);
  using inference = new Inference(config, initialValues(model.parameters, 1));
  const values = randomImages(3);
  const { azimuth, elevation } = inference.reconstruct(values);
  assert.ok(elevation.every((angle) => angle !== 0 && Math.abs(angle) < Math.PI / 6));
  tf.tidy(() => {
    const pass = passOf(model.parameters, { isTraining: false });
    const { pose } = model.forward(pass, tf.tensor4d(values, [3, imageSize, imageSize, 1]));
    const [s, tilt] = [pose.s, pose.tilt!].map((latent) => latent.dataSync());
    assertClose(azimuth, s!.map((latent) => (latent + 1) * Math.PI), 1e-5);
    assertClose(elevation, tilt!.map((latent) => latent * Math.PI / 6), 1e-5);
  });
});

Deno.test("Inference uses the texture layer where the model has one", () => {
  const config = { ...TINY, texture: true };
  const drawn = initialValues(createLearner(config).parameters, 1);
  using plain = new Inference(TINY, weights);
  using painted = new Inference(config, drawn);
  const values = randomImages(1);
  const [bare, textured] = [plain, painted].map((model) => model.reconstruct(values));
  assert.deepEqual(bare!.rendering, bare!.projection);
  assert.notDeepEqual(textured!.rendering, textured!.projection);
  // Texture comes last: the layers before it start with the same values, and so does what they give.
  assertClose(textured!.projection, bare!.projection, 1e-5);
});

Deno.test("Inference tells from which occupancy voxels are filled, and whether shapes are solids", () => {
  using inference = new Inference(TINY, weights);
  assert.deepEqual([inference.threshold, inference.makesSolids], [THRESHOLD, false]);
  const searched: Config = {
    ...configWith("quick", { method: "searched" }),
    imageSize: 16,
    filters: 32,
  };
  const others = initialValues(createLearner(searched).parameters, 1);
  using other = new Inference(searched, others);
  assert.deepEqual([other.threshold, other.makesSolids], [0.5, true]);
});

Deno.test("Inference leaves the weights that it is given as they are", () => {
  const copies = structuredClone(weights);
  using inference = new Inference(TINY, weights);
  inference.reconstruct(randomImages(1));
  assert.deepEqual(weights, copies);
});

Deno.test("Inference keeps no tensor", () => {
  assertTensorsKept(0, () => {
    using inference = new Inference(TINY, weights);
    const { latent, azimuth } = inference.reconstruct(randomImages(5));
    inference.render(inference.decode(latent), azimuth);
    inference.encode(randomImages(5));
  });
});

Deno.test("Inference refuses weights that are missing or of another size", () => {
  const { "decoder/deconv2/bias": _, ...missing } = weights;
  const refused: [NamedArrays, string][] = [
    [missing, "decoder/deconv2/bias must have 1 values, got 0"],
    [
      { ...weights, "encoder/conv1/kernel": { shape: [35], values: new Float32Array(35) } },
      "encoder/conv1/kernel must have 36 values, got 35",
    ],
  ];
  for (const [given, message] of refused) {
    assertTensorsKept(0, () => {
      assert.throws(() => new Inference(TINY, given), {
        name: "RangeError",
        message: `Cannot load weights: ${message}; load the checkpoint made with this config`,
      });
    });
  }
});

Deno.test("Inference refuses rows that are no images or no latents", () => {
  using inference = new Inference(TINY, weights);
  for (const length of [0, 1, AREA + 1]) {
    assert.throws(() => inference.reconstruct(new Float32Array(length)), {
      name: "RangeError",
      message: `Cannot run the model: rows must have ${AREA} values each, got ${length} in all`,
    });
  }
  assert.throws(() => inference.decode(new Float32Array(latentSize)), {
    name: "RangeError",
    message: `Cannot run the model: rows must have 3 values each, got 4 in all`,
  });
});

Deno.test("render() refuses azimuths that are not one for each grid", () => {
  using inference = new Inference(TINY, weights);
  assert.throws(() => inference.render(new Float32Array(2 * imageSize ** 3), new Float32Array(3)), {
    name: "RangeError",
    message: "Cannot run the model: azimuth must have as many rows as occupancy, 2, got 3",
  });
});

Deno.test("Inference refuses batches larger than those of training where poses are free", () => {
  assert.throws(() => new Inference(TINY, weights, { batchSize: batchSize + 1 }), {
    name: "RangeError",
    message: "Cannot pose images: a batch must have at most 4, the number of free pose " +
      "variables, got 5; split it",
  });
});
