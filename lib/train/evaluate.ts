/**
 * Scores a trained model on pictures that it never saw.
 *
 * @module
 */
import { createBatches, type MixedSet } from "@/data/batches.ts";
import type { Inference, Reconstruction } from "@/model/inference.ts";

/** The score of one data set. */
export interface Score {
  /** The set's name. */
  readonly name: string;
  /** How many pictures were scored. */
  readonly count: number;
  /** Mean squared error of a pixel, pictures being in [0, 1]. */
  readonly meanSquaredError: number;
}

/** What is scored. */
export interface EvaluateOptions {
  /** At most so many pictures of each set; all by default. */
  readonly limit?: number;
  /** Which of the model's pictures: its `rendering` by default, or the `projection` below a texture. */
  readonly of?: keyof Pick<Reconstruction, "rendering" | "projection">;
}

/**
 * Reconstructs every picture of the test sets once.
 *
 * Batches are laid out as in training, because free pose variables belong to slots of the batch: a
 * digit is rendered with a pose that was learnt with digits.
 *
 * @param inference The trained model
 * @param tests The sets, with the shares that they had in training
 * @param options How many pictures, and which of the model's are compared with them
 */
export function evaluate(
  inference: Inference,
  tests: readonly MixedSet[],
  options: EvaluateOptions = {},
): Score[] {
  const { batchSize } = inference;
  const { limit = Infinity, of = "rendering" } = options;
  const batches = createBatches({ sets: tests, batchSize, seed: 0 });
  const counts = tests.map(({ set }) => Math.min(set.count, limit));
  const steps = Math.max(...counts.map((count, i) => Math.ceil(count / batches.shares[i]!)));
  const area = batches.imageSize ** 2;
  const errors = tests.map(() => 0);
  for (let step = 0; step < steps; step++) {
    const { images } = batches.batch(step);
    const made = inference.reconstruct(images)[of];
    let slot = 0;
    for (const [i, share] of batches.shares.entries()) {
      // A set that is exhausted goes on with pictures that were already scored.
      const fresh = Math.min(share, Math.max(0, counts[i]! - step * share));
      for (let at = slot * area; at < (slot + fresh) * area; at++) {
        errors[i]! += (made[at]! - images[at]!) ** 2;
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
