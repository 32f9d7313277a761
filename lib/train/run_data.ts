/**
 * The images of a run: what it trains on and what it is watched on.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import {
  type Batches,
  type BatchOptions,
  createBatches,
  type MixedSet,
  type ReplicaRange,
} from "@/data/batches.ts";
import { loadMixture, type MixtureOptions } from "@/data/mixture.ts";
import type { TruthField } from "@/data/truth.ts";
import type { Samples } from "@/infer/realism.ts";
import { createLearner } from "@/method/registry.ts";
import { createMonitor, type Monitor } from "./monitor.ts";

/** The images of a run. */
export interface RunData {
  /** The training split, in batches. */
  readonly batches: Batches;
  /** Images of the test split, watched while training. */
  readonly monitor: Monitor;
  /** Images of both splits, from which the realism gap is computed. */
  readonly samples: Samples;
  /** The whole test split, for scoring. */
  readonly tests: readonly MixedSet[];
  /** One message for each item of either split that was left out as damaged. */
  readonly leftOut: readonly string[];
}

/** What `loadRunData` can vary. */
export interface RunDataOptions extends MixtureOptions {
  /** What batches tell of images besides them; what the method's learner asks for unless given. */
  readonly supervision?: readonly TruthField[];
  /** Whose batches each step has; those of all replicas of the config unless given. */
  readonly replicas?: ReplicaRange;
}

/**
 * Loads the data sets that a config names.
 *
 * @param config Names, shares, batch size, seed, and the method
 * @param options Where files are found or fetched to, `loaded`, to share sets with other runs, and what
 *   batches tell
 * @throws What `loadMixture` and `createBatches` throw
 */
export async function loadRunData(
  config: Config,
  options: RunDataOptions = {},
): Promise<RunData> {
  const {
    supervision = createLearner(config).supervision ?? [],
    replicas = { of: config.replicas, first: 0, count: config.replicas },
    ...files
  } = options;
  const { data, batchSize, seed, imageSize, imagesPerObject } = config;
  const load = { ...files, imageSize, imagesPerObject, seed };
  const sets = await loadMixture(data, "train", load);
  const tests = await loadMixture(data, "test", load);
  const batches = createBatches({ sets, batchSize, seed, supervision, replicas });
  const monitor = createMonitor(tests, batches.shares);
  const samples = samplesOf({ sets, tests, batchSize, seed });
  // Both splits of a user's own files may be the same ones.
  const leftOut = [...new Set([...sets, ...tests].flatMap(({ set }) => set.leftOut ?? []))];
  return { batches, monitor, samples, tests, leftOut };
}

/** Messages of what was left out that are told; the others are counted. */
const MOST_TOLD = 3;

/** Says what was left out, in words for captions: how many, and the first ones; empty if nothing was. */
export function tellLeftOut(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return "";
  const told = leftOut.slice(0, MOST_TOLD).join("; ");
  return `${leftOut.length} left out: ${told}${leftOut.length > MOST_TOLD ? "; ..." : ""}`;
}

/**
 * Images of each split in a sample. Choice: 256, whose scores take as long as 5 steps on two cores (1.3 s
 * with the preset `quick`).
 */
const SAMPLE_SIZE = 256;

/**
 * Draws a sample of both splits: 256 images of each, or all of them where there are fewer, but at least as
 * many as a batch has. Sets have the shares that they have in a batch.
 *
 * @param options The training split, the test split, the batch size, and what fixes the draws
 */
export function samplesOf(
  { sets, tests, batchSize, seed }: BatchOptions & { readonly tests: readonly MixedSet[] },
): Samples {
  const sampleOf = (sets: readonly MixedSet[]) => {
    const count = sets.reduce((sum, { set }) => sum + set.count, 0);
    const size = Math.max(batchSize, Math.min(SAMPLE_SIZE, count));
    return createBatches({ sets, batchSize: size, seed }).batch(0).images;
  };
  return { seen: sampleOf(sets), unseen: sampleOf(tests) };
}
