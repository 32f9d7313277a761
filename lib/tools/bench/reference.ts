/**
 * A short run of our step with everything that decides its losses, so that a twin in another
 * framework can be shown to compute the same.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import { initialValues } from "@/model/parameters.ts";
import { createModel, STREAM as SHAPE_STREAM } from "@/method/vae.ts";
import { nativeBackend } from "@/engine/native.ts";
import { STREAM as POSE_STREAM, UNITS as POSE_UNITS } from "@/method/pose/free_pose.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { StoredTensor, TensorFile } from "@/data/formats/safetensors.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";

/**
 * Runs some steps on made-up images.
 *
 * The file holds `initial/<parameter>`; of each step `images` `[N, B, S, S, 1]`, `noise/shape`
 * `[N, B, Z - 1]`, `noise/pose` `[N, B, 12]` and `losses/<term>` `[N]`; `after/<parameter>`, the
 * running statistics at the end; and the config, as JSON, in its metadata.
 *
 * @param config What to run; the twins know the paper's mu-VAE, with free poses and without texture
 * @param steps How many steps, N
 * @throws {RangeError} If the twins do not know what the config asks for
 */
export function makeReference(config: Config, steps: number): TensorFile {
  requireTwin(config);
  const { batchSize, imageSize, latentSize, seed } = config;
  const model = createModel(config);
  const initial = initialValues(model.parameters, seed);
  const random = createRandom(seedFor(seed, "reference"));
  const pixels = batchSize * imageSize ** 2;
  const images = Float32Array.from({ length: steps * pixels }, () => random.uniform());
  // XLA draws other numbers than TensorFlow's own operation, so on a graphics card the run is eager.
  using trainer = createTrainer(config, { eager: nativeBackend().isUsingGpuDevice });
  const losses = Array.from(
    { length: steps },
    (_, step) => trainStep(trainer, itemAt(images, step, pixels), step),
  );
  const after = trainer.snapshot();
  const noise = (units: number, stream: number): StoredTensor => ({
    shape: [steps, batchSize, units],
    values: concatenated(
      losses.map((_, step) => normals([batchSize, units], [seed, step], stream)),
    ),
  });
  const tensors: Record<string, StoredTensor> = {
    images: { shape: [steps, batchSize, imageSize, imageSize, 1], values: images },
    "noise/shape": noise(latentSize - 1, SHAPE_STREAM),
    "noise/pose": noise(POSE_UNITS, POSE_STREAM),
  };
  for (const term of Object.keys(losses[0]!)) {
    const values = Float32Array.from(losses, (terms) => terms[term]!);
    tensors[`losses/${term}`] = { shape: [steps], values };
  }
  for (const [name, { shape, isTrained }] of Object.entries(model.parameters)) {
    tensors[`initial/${name}`] = { shape, values: initial[name]! };
    if (!isTrained) tensors[`after/${name}`] = { shape, values: after[name]! };
  }
  return { tensors, metadata: { config: JSON.stringify(config) } };
}

/** What the twins are written for. */
const TWIN = { objective: "mu-vae", pose: "free", elevation: false, texture: false } as const;

/**
 * Checks that the twins know what a config asks for.
 *
 * @throws {RangeError} If they do not
 */
export function requireTwin(config: Config): void {
  for (const [field, known] of Object.entries(TWIN)) {
    const value = config[field as keyof typeof TWIN];
    if (value === known) continue;
    throw new RangeError(`Cannot compare with peers: ${field} must be ${known}, got ${value}`);
  }
}

/** Draws what a traced step draws. */
function normals(shape: number[], seed: [number, number], stream: number): Float32Array {
  return tf.tidy(() =>
    statelessNormal(shape, tf.tensor1d(seed, "int32"), stream).dataSync() as Float32Array
  );
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
