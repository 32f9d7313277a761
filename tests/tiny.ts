/** The smallest run that has every part: what the tests of models and training share. */
import type { VaeConfig } from "@/method/vae.ts";
import { type Batches, createBatches, type MixedSet } from "@/data/batches.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { createRandom } from "@/engine/random.ts";
import { createMonitor, type Monitor } from "@/train/monitor.ts";

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
  learningRate: 1e-3,
  clipNorm: 1,
  seed: 1,
  imagesPerObject: 1,
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
export function tinySets(): MixedSet[] {
  return [{ set: tinySet("blobs"), ratio: 1 }, { set: tinySet("bars", 11), ratio: 1 }];
}

/** Batches and monitor of the tiny run. */
export function tinyData(config: VaeConfig = TINY): { batches: Batches; monitor: Monitor } {
  const sets = tinySets();
  const batches = createBatches({ sets, batchSize: config.batchSize, seed: config.seed });
  return { batches, monitor: createMonitor(sets, batches.shares) };
}
