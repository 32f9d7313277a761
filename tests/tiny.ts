/** The smallest run that has every part: what the tests of models and training share. */
import type { RunConfig } from "@/config.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { createBatches, type MixedSet } from "@/data/batches.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { createRandom } from "@/engine/random.ts";
import { createMonitor } from "@/train/monitor.ts";
import { type RunData, samplesOf } from "@/train/run_data.ts";

/** Everything as in the paper, in small. */
export const TINY: VaeConfig = {
  method: "vae",
  data: "blobs:1,bars:1",
  objective: "mu-vae",
  beta: 1,
  pose: "free",
  elevation: false,
  texture: false,
  imageSize: 8,
  latentSize: 4,
  filters: 4,
  tau: 0.5,
  batchSize: 4,
  replicas: 1,
  learningRate: 1e-3,
  clipNorm: 1,
  seed: 1,
  imagesPerObject: 1,
  restart: 0,
  precision: "float32",
  steps: 12,
  checkpointEvery: 4,
  frameEvery: 3,
};

/** Images of round blobs (class 0) and boxes (class 1). */
export function tinySet(name: string, count = 20, size = TINY.imageSize): ImageSet {
  const random = createRandom(7);
  const pixels = new Uint8Array(count * size * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  for (let i = 0; i < count; i++) {
    const [row, column] = [random.uniform(2, size - 3), random.uniform(2, size - 3)];
    for (let h = 0; h < size; h++) {
      for (let w = 0; w < size; w++) {
        const [y, x] = [Math.abs(h - row), Math.abs(w - column)];
        const isSet = labels[i] === 0 ? Math.hypot(y, x) < 2.2 : Math.max(y, x) < 1.6;
        if (isSet) pixels[(i * size + h) * size + w] = 230;
      }
    }
  }
  const provenance = "the tests";
  return { name, provenance, size, count, pixels, labels, classNames: ["round", "square"] };
}

/** Two sets that share a batch. */
export function tinySets(size = TINY.imageSize): MixedSet[] {
  return [{ set: tinySet("blobs", 20, size), ratio: 1 }, {
    set: tinySet("bars", 11, size),
    ratio: 1,
  }];
}

/** The data of the tiny run, or of one of other sizes. */
export function tinyData(
  { batchSize, seed, imageSize, replicas }: Pick<
    RunConfig,
    "batchSize" | "seed" | "imageSize" | "replicas"
  > = TINY,
): RunData {
  const sets = tinySets(imageSize);
  const all = { of: replicas, first: 0, count: replicas };
  const batches = createBatches({ sets, batchSize, seed, replicas: all });
  const samples = samplesOf({ sets, tests: sets, batchSize, seed });
  return {
    batches,
    monitor: createMonitor(sets, batches.shares),
    samples,
    tests: sets,
    leftOut: [],
  };
}
