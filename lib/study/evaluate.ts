/**
 * Scores a trained model on images that it never saw.
 *
 * @module
 */
import type { MixedSet } from "@/data/batches.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import { reconstructUnseen, type UnseenBatch, unseenCounts, type UnseenOptions } from "./unseen.ts";

/** The score of one data set. */
export interface Score {
  /** The set's name. */
  readonly name: string;
  /** How many images were scored. */
  readonly count: number;
  /** Mean squared error of a pixel, images being in [0, 1]. */
  readonly meanSquaredError: number;
}

/** What is scored. */
export interface EvaluateOptions extends UnseenOptions {
  /** Which of the model's images: its `rendering` by default, or the `projection` below a texture. */
  readonly of?: keyof Pick<Reconstruction, "rendering" | "projection">;
}

/**
 * Reconstructs every image of the test sets once, and averages the error.
 *
 * @param inference The trained model
 * @param tests The sets, with the shares that they had in training
 * @param options How many images, and which of the model's are compared with them
 */
export function evaluate(
  inference: Inference,
  tests: readonly MixedSet[],
  options: EvaluateOptions = {},
): Score[] {
  const errors = createErrors(tests, options);
  for (const batch of reconstructUnseen(inference, tests, options)) errors.add(batch);
  return errors.scores();
}

/** The errors of renderings, summed while batches go by. */
export interface Errors {
  /** Adds those of a batch's fresh images. */
  add(batch: UnseenBatch): void;
  /** Gives what the batches so far amount to. */
  scores(): Score[];
}

/**
 * Starts summing errors, for whoever measures more than them in one walk.
 *
 * @param tests The sets that the batches are of
 * @param options As the batches were made with
 */
export function createErrors(tests: readonly MixedSet[], options: EvaluateOptions = {}): Errors {
  const { of = "rendering" } = options;
  const counts = unseenCounts(tests, options);
  const area = tests[0]!.set.size ** 2;
  const sums = tests.map(() => 0);
  return {
    add({ images, reconstruction, fresh }) {
      const made = reconstruction[of];
      for (const [i, [from, to]] of fresh.entries()) {
        for (let at = from * area; at < to * area; at++) {
          sums[i]! += (made[at]! - images[at]!) ** 2;
        }
      }
    },
    scores: () =>
      tests.map(({ set }, i) => ({
        name: set.name,
        count: counts[i]!,
        meanSquaredError: sums[i]! / (counts[i]! * area),
      })),
  };
}
