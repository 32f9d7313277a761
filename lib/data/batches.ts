/**
 * Mixes sets of images into batches that depend only on the seed and the step.
 *
 * @module
 */
import { createRandom, permutation, seedFor } from "@/engine/random.ts";
import { elementCount } from "@/engine/shapes.ts";
import { imagesAt, type ImageSet } from "./image_set.ts";
import { createTruthReader, type TruthArrays, type TruthField, truthShape } from "./truth.ts";

/** A set and its share of each batch. */
export interface MixedSet {
  /** Where its images come from. */
  readonly set: ImageSet;
  /** Its share of a batch, relative to the other sets. */
  readonly ratio: number;
}

/** Some of a run's replicas, each of which has a batch of its own in every step. */
export interface ReplicaRange {
  /** Replicas of the whole run, R. */
  readonly of: number;
  /** The first of those that are meant, from 0. */
  readonly first: number;
  /** How many they are. */
  readonly count: number;
}

/** A run of one replica. */
export const ONE_REPLICA: ReplicaRange = { of: 1, first: 0, count: 1 };

/** What batches are made of. */
export interface BatchOptions {
  /** The sets to mix; a batch holds their images in this order. */
  readonly sets: readonly MixedSet[];
  /** B, images per batch. */
  readonly batchSize: number;
  /** Fixes the order of the images. */
  readonly seed: number;
  /** What batches tell of the images besides them; nothing unless given. */
  readonly supervision?: readonly TruthField[];
  /** Whose batches each step has, one after the other: B is then that many times as much; one replica's unless given. */
  readonly replicas?: ReplicaRange;
}

/** The images of one step, set by set; with several replicas, the first one's, then the next one's. */
export interface Batch {
  /** `[B, S, S, 1]`, values in [0, 1]. */
  readonly images: Float32Array;
  /** `[B]`, each image's index in its own set. */
  readonly indices: Uint32Array;
  /** What is told of the images, each field as `truthShape` says; absent if nothing is. */
  readonly truth?: TruthArrays;
}

/** Batches for any step, in any order. */
export interface Batches {
  /** S, the side of the images. */
  readonly imageSize: number;
  /** Images of each set in the batch of one replica, in the order of the sets. */
  readonly shares: readonly number[];
  /**
   * Makes the batch of a step: a pure function of the seed and the step, so a resumed run sees
   * exactly the images that the uninterrupted one would have seen.
   *
   * @param step Counted from 0
   * @throws {RangeError} If it is not an integer >= 0
   */
  batch(step: number): Batch;
}

/** Prefetches batches while the GPU computes. The batches stay the same. */
export class BatchesAhead {
  readonly #batches: Batches;
  #made = new Map<number, Batch>();

  /** Wraps `batches`; nothing is prefetched yet. */
  constructor(batches: Batches) {
    this.#batches = batches;
  }

  /** Makes the batches of steps `from` to `to - 1` and drops all others. */
  make(from: number, to: number): void {
    const steps = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    this.#made = new Map(steps.map((step) => [step, this.batch(step)]));
  }

  /** Returns the batch of a step, prefetched or made now. */
  batch(step: number): Batch {
    return this.#made.get(step) ?? this.#batches.batch(step);
  }
}

/**
 * Prepares mixed batches. Each set is reshuffled every epoch.
 *
 * @param options The sets with their ratios, the batch size, the seed, and what is told of the images
 * @throws {RangeError} If there are no sets, one is empty, image sizes differ, a ratio is not above
 *   0, a batch is too small to hold an image of every set, or a set does not know what is to be told
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
export function createBatches(options: BatchOptions): Batches {
  const { sets, batchSize, seed, supervision = [], replicas = ONE_REPLICA } = options;
  checkSets(sets);
  const shares = shareOut(batchSize, sets);
  const imageSize = sets[0]!.set.size;
  const rowCount = replicas.count * batchSize;
  const walks = sets.map(({ set }, i) => createWalk(set.count, seedFor(seed, `batches/set ${i}`)));
  const readers = sets.map(({ set }) => createTruthReader(set, supervision));
  const newTruth = (): TruthArrays =>
    Object.fromEntries(
      supervision.map((field) => [
        field,
        new Float32Array(elementCount(truthShape(field, { batchSize: rowCount, imageSize }))),
      ]),
    );
  return {
    imageSize,
    shares,
    batch(step) {
      if (!Number.isInteger(step) || step < 0) {
        throw new RangeError(`Cannot make a batch: step must be an integer >= 0, got ${step}`);
      }
      const images = new Float32Array(rowCount * imageSize ** 2); // [B, S, S, 1]
      const indices = new Uint32Array(rowCount);
      const truth = newTruth();
      let slot = 0;
      for (let replica = replicas.first; slot < rowCount; replica++) {
        const turn = step * replicas.of + replica; // replicas take the next batches in turn
        for (const [i, { set }] of sets.entries()) {
          const end = slot + shares[i]!;
          const chosen = indices.subarray(slot, end);
          for (let k = 0; k < chosen.length; k++) chosen[k] = walks[i]!(turn * chosen.length + k);
          imagesAt(set, chosen, images.subarray(slot * imageSize ** 2, end * imageSize ** 2));
          readers[i]!(chosen, slot, truth);
          slot = end;
        }
      }
      return { images, indices, ...(supervision.length > 0 && { truth }) };
    },
  };
}

/**
 * Maps a position in an endless shuffled walk to an image. A batch visits epochs in order, so
 * caching the last permutation is enough.
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

/** Rounds the ratios to whole images that fill the batch, by largest remainder. */
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
      `Cannot make batches: every set must fill a slot in a batch, got 0 of ${batchSize} ` +
        `for ${sets[without]!.set.name}; raise its ratio or batchSize`,
    );
  }
  return shares;
}

function checkSets(sets: readonly MixedSet[]): void {
  if (sets.length === 0) {
    throw new RangeError("Cannot make batches: sets must not be empty, got none");
  }
  const { size } = sets[0]!.set;
  for (const { set, ratio } of sets) {
    if (set.count === 0) {
      throw new RangeError(`Cannot make batches: ${set.name} must hold images, got none`);
    }
    if (set.size !== size) {
      throw new RangeError(
        `Cannot make batches: images of ${set.name} must have size ${size} ` +
          `like those of ${sets[0]!.set.name}, got ${set.size}`,
      );
    }
    if (!Number.isFinite(ratio) || ratio <= 0) {
      throw new RangeError(
        `Cannot make batches: the ratio of ${set.name} must be a number above 0, got ${ratio}`,
      );
    }
  }
}
