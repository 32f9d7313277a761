/**
 * Mixes sets of images into batches whose content follows from the seed and the step alone.
 *
 * @module
 */
import { createRandom, permutation, seedFor } from "@/engine/random.ts";
import { imagesAt, type ImageSet } from "./image_set.ts";

/** A set and its part of each batch. */
export interface MixedSet {
  /** Where its images come from. */
  readonly set: ImageSet;
  /** How much of a batch it fills, relative to the other sets. */
  readonly ratio: number;
}

/** What batches are made of. */
export interface BatchOptions {
  /** What is mixed; the order is that of the images in a batch. */
  readonly sets: readonly MixedSet[];
  /** B, images in a batch. */
  readonly batchSize: number;
  /** Fixes the order of the images. */
  readonly seed: number;
}

/** The images of one step: those of the first set, then those of the second, and so on. */
export interface Batch {
  /** `[B, S, S, 1]`, values in [0, 1]. */
  readonly images: Float32Array;
  /** `[B]`, each image's index in its own set. */
  readonly indices: Uint32Array;
}

/** Batches for any step, in any order. */
export interface Batches {
  /** S, the side of the images. */
  readonly imageSize: number;
  /** How many images of a batch each set gives, in the order of the sets; they sum to B. */
  readonly shares: readonly number[];
  /**
   * Makes the batch of a step: a pure function of the seed and the step, so that a resumed run sees
   * exactly the images that the uninterrupted one would have seen.
   *
   * @param step Which one, from 0 on
   * @throws {RangeError} If it is no integer >= 0
   */
  batch(step: number): Batch;
}

/**
 * Batches that can be made before they are asked for, while a graphics card computes. They are the
 * same batches.
 */
export class BatchesAhead {
  readonly #batches: Batches;
  #made = new Map<number, Batch>();

  /** Makes nothing yet. */
  constructor(batches: Batches) {
    this.#batches = batches;
  }

  /** Makes the batches of the steps from one on up to another, and forgets all others. */
  make(from: number, to: number): void {
    const steps = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    this.#made = new Map(steps.map((step) => [step, this.batch(step)]));
  }

  /** Gives the batch of a step, made before or not. */
  batch(step: number): Batch {
    return this.#made.get(step) ?? this.#batches.batch(step);
  }
}

/**
 * Prepares mixed batches. Each set is walked again and again, every time in a fresh random order.
 *
 * @param options The sets with their ratios, the size of a batch, the seed
 * @throws {RangeError} If there is no set, one is empty, the images differ in size, a ratio is
 *   not above 0, or a batch is too small for every set to have a slot
 *
 * @example A quarter of each batch comes from the second set
 * ```ts
 * import assert from "node:assert/strict";
 * import { createBatches } from "./batches.ts";
 *
 * const pixels = new Uint8Array(20).fill(51);
 * const set = { name: "grey", provenance: "this example", size: 2, count: 5, pixels };
 * const sets = [{ set, ratio: 3 }, { set, ratio: 1 }];
 * const batches = createBatches({ sets, batchSize: 8, seed: 1 });
 * assert.deepEqual(batches.shares, [6, 2]);
 * assert.equal(batches.batch(7).images[0], Math.fround(0.2));
 * ```
 */
export function createBatches({ sets, batchSize, seed }: BatchOptions): Batches {
  checkSets(sets);
  const shares = shareOut(batchSize, sets);
  const imageSize = sets[0]!.set.size;
  const walks = sets.map(({ set }, i) => createWalk(set.count, seedFor(seed, `batches/set ${i}`)));
  return {
    imageSize,
    shares,
    batch(step) {
      if (!Number.isInteger(step) || step < 0) {
        throw new RangeError(`Cannot make a batch: step must be an integer >= 0, got ${step}`);
      }
      const images = new Float32Array(batchSize * imageSize ** 2); // [B, S, S, 1]
      const indices = new Uint32Array(batchSize);
      let slot = 0;
      for (const [i, { set }] of sets.entries()) {
        const end = slot + shares[i]!;
        const chosen = indices.subarray(slot, end);
        for (let k = 0; k < chosen.length; k++) chosen[k] = walks[i]!(step * chosen.length + k);
        imagesAt(set, chosen, images.subarray(slot * imageSize ** 2, end * imageSize ** 2));
        slot = end;
      }
      return { images, indices };
    },
  };
}

/**
 * Gives the image at any position of an endless walk through a set. A batch touches one epoch or
 * goes on into the next, so remembering the order of the last one met is enough.
 */
function createWalk(count: number, seed: number): (position: number) => number {
  let metEpoch = -1;
  let order: Uint32Array = new Uint32Array();
  return (position) => {
    const epoch = Math.floor(position / count);
    if (epoch !== metEpoch) {
      order = permutation(count, createRandom(seedFor(seed, `epoch ${epoch}`)));
      metEpoch = epoch;
    }
    return order[position % count]!;
  };
}

/** Rounds the ratios to whole slots that fill the batch: by largest remainder. */
function shareOut(batchSize: number, sets: readonly MixedSet[]): number[] {
  if (!Number.isInteger(batchSize) || batchSize < sets.length) {
    throw new RangeError(
      `Cannot make batches: batchSize must be an integer >= ${sets.length}, the number of sets, ` +
        `got ${batchSize}`,
    );
  }
  const total = sets.reduce((sum, { ratio }) => sum + ratio, 0);
  const exact = sets.map(({ ratio }) => batchSize * ratio / total);
  const shares = exact.map(Math.floor);
  const missing = batchSize - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact.map((share, i) => ({ i, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, missing)) shares[i]!++;
  const without = shares.indexOf(0);
  if (without >= 0) {
    throw new RangeError(
      `Cannot make batches: every set must fill a slot of a batch, got 0 of ${batchSize} ` +
        `for ${sets[without]!.set.name}; raise its ratio or batchSize`,
    );
  }
  return shares;
}

function checkSets(sets: readonly MixedSet[]): void {
  if (sets.length === 0) {
    throw new RangeError("Cannot make batches: there must be at least one set, got none");
  }
  const { size } = sets[0]!.set;
  for (const { set, ratio } of sets) {
    if (set.count === 0) {
      throw new RangeError(`Cannot make batches: ${set.name} must hold images, got none`);
    }
    if (set.size !== size) {
      throw new RangeError(
        `Cannot make batches: the images of ${set.name} must have the size ${size} ` +
          `of those of ${sets[0]!.set.name}, got ${set.size}`,
      );
    }
    if (!Number.isFinite(ratio) || ratio <= 0) {
      throw new RangeError(
        `Cannot make batches: the ratio of ${set.name} must be a number above 0, got ${ratio}`,
      );
    }
  }
}
