/**
 * Unseen images, batch by batch, and what a trained model makes of them.
 *
 * @module
 */
import { createBatches, type MixedSet } from "@/data/batches.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";

/** One batch of unseen images. */
export interface UnseenBatch {
  /** `[B, S, S, 1]` in [0, 1]. */
  readonly images: Float32Array;
  /** What the model made of them. */
  readonly reconstruction: Reconstruction;
  /** For each set the slots of its images that are met for the first time: from, and up to. */
  readonly fresh: readonly (readonly [from: number, to: number])[];
}

/** Which images. */
export interface UnseenOptions {
  /** At most so many of each set; all by default. */
  readonly limit?: number;
}

/**
 * Gives how many images of each set are met.
 *
 * @throws {RangeError} If the limit is no integer >= 1
 */
export function unseenCounts(tests: readonly MixedSet[], { limit }: UnseenOptions = {}): number[] {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new RangeError(
      `Cannot take unseen images: limit must be an integer >= 1, got ${limit}`,
    );
  }
  return tests.map(({ set }) => Math.min(set.count, limit ?? Infinity));
}

/**
 * Reconstructs every image of the test sets once, the same ones in the same order for every model.
 *
 * Batches are laid out as in training, because free pose variables belong to slots of the batch: a
 * digit is rendered with a pose that was learnt with digits.
 *
 * @param inference The trained model
 * @param tests The sets, with the shares that they had in training
 * @param options How many of their images
 * @throws {RangeError} If the limit is no integer >= 1
 */
export function* reconstructUnseen(
  inference: Inference,
  tests: readonly MixedSet[],
  options: UnseenOptions = {},
): Generator<UnseenBatch> {
  const { batchSize } = inference;
  const batches = createBatches({ sets: tests, batchSize, seed: 0 });
  const counts = unseenCounts(tests, options);
  const steps = Math.max(...counts.map((count, i) => Math.ceil(count / batches.shares[i]!)));
  for (let step = 0; step < steps; step++) {
    const { images } = batches.batch(step);
    let slot = 0;
    const fresh = batches.shares.map((share, i) => {
      // A set that is exhausted goes on with images that were already met.
      const count = Math.min(share, Math.max(0, counts[i]! - step * share));
      const range = [slot, slot + count] as const;
      slot += share;
      return range;
    });
    yield { images, reconstruction: inference.reconstruct(images), fresh };
  }
}
