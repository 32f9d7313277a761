/**
 * A short run of our step with everything that decides its losses, so that a twin in another
 * framework can be shown to compute the same.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { AVERAGE, initialValues } from "@/model/parameters.ts";
import { createLearner, networkSeed } from "@/method/registry.ts";
import { Pass } from "@/model/pass.ts";
import { nativeBackend } from "@/engine/native.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { StoredTensor, TensorFile } from "@/data/formats/safetensors.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import type { Draw } from "./methods/known_method.ts";
import { twinsOf } from "./methods/registry.ts";

/**
 * Runs some steps on made-up images.
 *
 * The file holds `initial/<parameter>`; of each step `images` `[N, B, S, S, 1]`, `draws/<stream>`
 * `[N, ...]` and `losses/<term>` `[N]`; `after/<variable>`, what a trained model works with at the end
 * besides trained parameters: running statistics and averages; and the config, as JSON, in its
 * metadata.
 *
 * @param config What to run
 * @param steps How many steps, N
 * @throws {RangeError} If no twins know what the config asks for
 */
export function makeReference(config: Config, steps: number): TensorFile {
  const draws = twinsOf(config).draws(config);
  const { batchSize, imageSize } = config;
  const seed = networkSeed(config);
  const { parameters } = createLearner(config);
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
  const tensors: Record<string, StoredTensor> = {
    images: { shape: [steps, batchSize, imageSize, imageSize, 1], values: images },
  };
  for (const [stream, draw] of Object.entries(draws)) {
    const ofSteps = losses.map((_, step) => drawn(stream, draw, [seed, step]));
    tensors[`draws/${stream}`] = { shape: [steps, ...draw.shape], values: concatenated(ofSteps) };
  }
  for (const term of Object.keys(losses[0]!)) {
    const values = Float32Array.from(losses, (terms) => terms[term]!);
    tensors[`losses/${term}`] = { shape: [steps], values };
  }
  for (const [name, tensor] of Object.entries(initial)) tensors[`initial/${name}`] = tensor;
  for (const [name, { shape, values }] of Object.entries(trainer.snapshot())) {
    const isKept = name.startsWith(AVERAGE) || parameters[name]?.isTrained === false;
    if (isKept) tensors[`after/${name}`] = { shape, values };
  }
  return { tensors, metadata: { config: JSON.stringify(config) } };
}

/** Draws what a traced step draws. */
function drawn(stream: string, { kind, shape }: Draw, seed: [number, number]): Float32Array {
  return tf.tidy(() => {
    const pass = new Pass({
      values: {},
      seed: tf.tensor1d(seed, "int32"),
      step: tf.scalar(seed[1]),
      isTraining: true,
    });
    return pass[kind](stream, shape).dataSync() as Float32Array;
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
