/**
 * Scores a trained model on pictures that it never saw.
 *
 * @module
 */
import { createBatches, type MixedSet } from "@/data/batches.ts";
import type { Inference } from "@/model/inference.ts";

/** The score of one data set. */
export interface Score {
  /** The set's name. */
  readonly name: string;
  /** How many pictures were scored. */
  readonly count: number;
  /** Mean squared error of a pixel, pictures being in [0, 1]. */
  readonly meanSquaredError: number;
}

/**
 * Reconstructs every picture of the test sets once.
 *
 * Batches are laid out as in training, because free pose variables belong to slots of the batch: a
 * digit is rendered with a pose that was learnt with digits.
 *
 * @param inference The trained model
 * @param tests The sets, with the shares that they had in training
 * @param options `limit`: at most so many pictures of each set
 */
export function evaluate(
  inference: Inference,
  tests: readonly MixedSet[],
  options: { limit?: number } = {},
): Score[] {
  const { batchSize } = inference;
  const batches = createBatches({ sets: tests, batchSize, seed: 0 });
  const counts = tests.map(({ set }) => Math.min(set.count, options.limit ?? Infinity));
  const steps = Math.max(...counts.map((count, i) => Math.ceil(count / batches.shares[i]!)));
  const area = batches.imageSize ** 2;
  const errors = tests.map(() => 0);
  for (let step = 0; step < steps; step++) {
    const { images } = batches.batch(step);
    const { rendering } = inference.reconstruct(images);
    let slot = 0;
    for (const [i, share] of batches.shares.entries()) {
      // A set that is exhausted goes on with pictures that were already scored.
      const fresh = Math.min(share, Math.max(0, counts[i]! - step * share));
      for (let at = slot * area; at < (slot + fresh) * area; at++) {
        errors[i]! += (rendering[at]! - images[at]!) ** 2;
      }
      slot += share;
    }
  }
  return tests.map(({ set }, i) => ({
    name: set.name,
    count: counts[i]!,
    meanSquaredError: errors[i]! / (counts[i]! * area),
  }));
}
