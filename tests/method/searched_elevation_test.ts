/** The searched pose with raised cameras: azimuth and elevation are searched, guessed and drawn. */
import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { Inference } from "@/infer/inference.ts";
import { refine } from "@/infer/refine.ts";
import { checkStoredConfig, configWith, createLearner } from "@/method/registry.ts";
import * as tf from "@/engine/tf.ts";
import { initialValues } from "@/model/parameters.ts";
import { MAX_ELEVATION } from "@/render/camera.ts";
import { projectTilted } from "@/render/tilt.ts";
import { assertClose } from "../assert.ts";
import { passOf } from "../model/passes.ts";
import { assertTrainsAndResumes } from "./trained_and_resumed.ts";
import { objectOf } from "./pose/blobs.ts";

const [B, S] = [4, 16];
const configOf = (changes: Record<string, string | number | boolean> = {}) =>
  configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: B,
    imageSize: S,
    steps: 40,
    latentSize: 3,
    asymmetric: true,
    elevation: true,
    ...changes,
  });
const CONFIG = configOf();
const AZIMUTH = [0.5, -1.2, 2.4, -2.8];
const ELEVATION = [0.1, 0.3, 0.5, 0.2];
/** One object from four directions. */
const IMAGES = tf.tidy(() => {
  const density = tf.mul(6, tf.tensor4d(objectOf(S), [1, S, S, S])).tile([B, 1, 1, 1]);
  const camera = { azimuth: tf.tensor1d(AZIMUTH), elevation: tf.tensor1d(ELEVATION) };
  return projectTilted(density as tf.Tensor4D, camera, { tau: 1 }).dataSync() as Float32Array;
});

/** A decoder whose logits differ a lot from place to place, in blocks of 2x2x2: no cell is alone. */
function rough(config: Config) {
  const weights = initialValues(createLearner(config).parameters, config.seed);
  const kernel = weights["decoder/blocks/kernel"]!.values;
  kernel.forEach((_, i) => kernel[i] = i % 8 === 0 ? 12 * kernel[i]! : kernel[i - i % 8]!);
  return weights;
}

Deno.test("the searched pose finds both angles of images of its own shapes, within a bin", () => {
  const config = configOf({ imageSize: 32 });
  const weights = rough(config);
  tf.tidy(() => {
    const { refinement, parameters, decode, render } = createLearner(config);
    const values = Object.fromEntries(
      Object.entries(weights).map(([name, { shape, values }]) => [
        name,
        tf.tensor(values, [...shape]),
      ]),
    );
    const pass = passOf(parameters, { step: 40, values, isTraining: false });
    const latent = tf.tensor2d([1, 0, -1, 0, 2, 1, -2, 1, 0, 0.5, -1, 2], [B, 3]);
    const seen = render(decode(pass, latent), {
      azimuth: tf.tensor1d(AZIMUTH),
      elevation: tf.tensor1d(ELEVATION),
    });
    const { azimuth, elevation } = refinement!.pose(pass, latent, seen.expandDims(3));
    const aside = [...azimuth.dataSync()].map((angle, b) => Math.cos(angle - AZIMUTH[b]!));
    assertClose(aside, AZIMUTH.map(() => 1), 1 - Math.cos(5 * Math.PI / 180));
    assertClose(elevation!.dataSync(), ELEVATION, 6 * Math.PI / 180);
  });
});

Deno.test("the searched pose infers elevations and renders from them, refined ones too", () => {
  const weights = rough(CONFIG);
  using inference = new Inference(CONFIG, weights);
  const plain = inference.reconstruct(IMAGES);
  const refined = refine(CONFIG, weights, IMAGES, { steps: 3, searchEvery: 2 });
  for (const { occupancy, azimuth, elevation, projection, rendering } of [plain, refined]) {
    assert.ok(elevation.every((value) => value >= 0 && value <= MAX_ELEVATION + 1e-5));
    assert.ok(elevation.some((value) => value > 0.01));
    const seen = tf.tidy(() =>
      createLearner(CONFIG).render(tf.tensor4d(occupancy, [B, S, S, S]), {
        azimuth: tf.tensor1d(azimuth),
        elevation: tf.tensor1d(elevation),
      }).dataSync()
    );
    assertClose(projection, seen, 1e-4);
    assertClose(rendering, projection, 0);
  }
});

Deno.test("the searched pose with elevation trains traced as eagerly, and resumes to the bit", async () => {
  await assertTrainsAndResumes(configOf({ texture: true }), IMAGES);
});

Deno.test("the searched pose with elevation guesses 24 bins of azimuth and 6 of elevation", () => {
  const shapeOf = (config: Config) =>
    createLearner(config).parameters["encoder/azimuth/weights"]!.shape;
  assert.deepEqual(shapeOf(CONFIG), [512, 30]);
  assert.deepEqual(shapeOf(configOf({ elevation: false })), [512, 24]);
});

Deno.test("the searched pose with elevation stretches no image", () => {
  assert.equal(CONFIG.stretch, 0);
  assert.equal(configOf({ elevation: false }).stretch, 0.1);
  assert.throws(() => createLearner(configOf({ stretch: 0.1 })), {
    name: "RangeError",
    message: "Cannot use config: stretch must be 0 with elevation, got 0.1; " +
      "only what a level camera sees may be stretched",
  });
});

Deno.test("the searched pose of older files is level", () => {
  const { elevation: _, texture: __, ...older } = configOf({ elevation: false });
  assert.deepEqual(checkStoredConfig(older), configOf({ elevation: false }));
});
