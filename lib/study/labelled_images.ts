/**
 * Images with their classes, as rows of pixels: some to fit to, others to score on.
 *
 * @module
 */
import type { MixedSet } from "@/data/batches.ts";
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { createRandom, permutation, seedFor } from "@/engine/random.ts";
import type { LabelledRows } from "./rows.ts";

/** Images of one set. */
export interface LabelledImages {
  /** The set's name. */
  readonly set: string;
  /** The name of each label's class. */
  readonly classNames: readonly string[];
  /** Images of the training split, in random order. */
  readonly known: LabelledRows;
  /** Images of the test split, in random order. */
  readonly asked: LabelledRows;
}

/** How many images are drawn. */
export interface DrawOptions {
  /** From each training set; all of them if it has fewer. */
  readonly known: number;
  /** From each test set; all of them if it has fewer. */
  readonly asked: number;
  /** The same seed draws the same images. */
  readonly seed: number;
}

/**
 * Draws images of every set of a mixture.
 *
 * @param train The training split of each set
 * @param tests The test split of each, in the same order
 * @throws {TypeError} If a set has no labels
 */
export function labelledImages(
  train: readonly MixedSet[],
  tests: readonly MixedSet[],
  { known, asked, seed }: DrawOptions,
): LabelledImages[] {
  return train.map(({ set }, i) => {
    const test = tests[i]!.set;
    return {
      set: set.name,
      known: pixelsOf(set, drawIndices(set, known, seed)),
      asked: pixelsOf(test, drawIndices(test, asked, seed)),
      classNames: set.classNames!, // a set with labels has names
    };
  });
}

/**
 * Draws images of a set without replacement, in random order; all of them if it has no more.
 *
 * @param set The set
 * @param count How many
 * @param seed The same seed draws the same images
 * @returns Their indices
 */
export function drawIndices(set: ImageSet, count: number, seed: number): Uint32Array {
  const order = permutation(set.count, createRandom(seedFor(seed, `pictures/${set.name}`)));
  return order.subarray(0, count);
}

/**
 * Gives images as rows of pixels.
 *
 * @param set A set with labels
 * @param indices Which of its images
 * @throws {TypeError} If the set has no labels
 */
export function pixelsOf(set: ImageSet, indices: ArrayLike<number>): LabelledRows {
  const { labels } = set;
  if (!labels) {
    throw new TypeError(`Cannot label images of ${set.name}: the set must have labels, got none`);
  }
  return {
    values: imagesAt(set, indices),
    labels: Uint8Array.from(indices, (index) => labels[index]!),
    length: set.size ** 2,
  };
}
