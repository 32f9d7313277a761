/**
 * A short run of our step with everything that decides its losses, so that a twin in another
 * framework can be shown to compute the same.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { initialValues } from "@/model/parameters.ts";
import { createVae, type VaeConfig } from "@/method/vae.ts";
import { Pass } from "@/model/pass.ts";
import { nativeBackend } from "@/engine/native.ts";
import { UNITS as POSE_UNITS } from "@/method/pose/free_pose.ts";
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
  return referenceOf(requireTwin(config), steps);
}

function referenceOf(config: VaeConfig, steps: number): TensorFile {
  const { batchSize, imageSize, latentSize, seed } = config;
  const { parameters } = createVae(config);
  const initial = initialValues(parameters, seed);
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
  const noise = (units: number, stream: string): StoredTensor => ({
    shape: [steps, batchSize, units],
    values: concatenated(
      losses.map((_, step) => normals([batchSize, units], [seed, step], stream)),
    ),
  });
  const tensors: Record<string, StoredTensor> = {
    images: { shape: [steps, batchSize, imageSize, imageSize, 1], values: images },
    "noise/shape": noise(latentSize - 1, "latent"),
    "noise/pose": noise(POSE_UNITS, "pose"),
  };
  for (const term of Object.keys(losses[0]!)) {
    const values = Float32Array.from(losses, (terms) => terms[term]!);
    tensors[`losses/${term}`] = { shape: [steps], values };
  }
  for (const [name, { shape, isTrained }] of Object.entries(parameters)) {
    tensors[`initial/${name}`] = { shape, values: initial[name]!.values };
    if (!isTrained) tensors[`after/${name}`] = { shape, values: after[name]!.values };
  }
  return { tensors, metadata: { config: JSON.stringify(config) } };
}

/** What the twins are written for. */
const TWIN = {
  method: "vae",
  objective: "mu-vae",
  pose: "free",
  elevation: false,
  texture: false,
} as const;

/**
 * Checks that the twins know what a config asks for.
 *
 * @throws {RangeError} If they do not
 */
export function requireTwin(config: Config): VaeConfig {
  for (const [field, known] of Object.entries(TWIN)) {
    const value = config[field];
    if (value === known) continue;
    throw new RangeError(`Cannot compare with peers: ${field} must be ${known}, got ${value}`);
  }
  return config as VaeConfig;
}

/** Draws what a traced step draws. */
function normals(shape: number[], seed: [number, number], stream: string): Float32Array {
  return tf.tidy(() => {
    const pass = new Pass({
      values: {},
      seed: tf.tensor1d(seed, "int32"),
      step: tf.scalar(seed[1]),
      isTraining: true,
    });
    return pass.normal(stream, shape).dataSync() as Float32Array;
  });
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
