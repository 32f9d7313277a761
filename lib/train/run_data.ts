/**
 * The images of a run: what it trains on and what it is watched on.
 *
 * @module
 */
import type { RunConfig } from "@/config.ts";
import { type Batches, createBatches, type MixedSet } from "@/data/batches.ts";
import { loadMixture, type MixtureOptions } from "@/data/mixture.ts";
import { createMonitor, type Monitor } from "./monitor.ts";

/** The images of a run. */
export interface RunData {
  /** The training split, in batches. */
  readonly batches: Batches;
  /** Images of the test split, watched while training. */
  readonly monitor: Monitor;
  /** The whole test split, for scoring. */
  readonly tests: readonly MixedSet[];
}

/**
 * Loads the data sets that a config names.
 *
 * @param config Names, shares, batch size and seed
 * @param options Where files are found or fetched to, and `loaded`, to share sets with other runs
 * @throws What `loadMixture` and `createBatches` throw
 */
export async function loadRunData(
  config: RunConfig,
  options: MixtureOptions = {},
): Promise<RunData> {
  const { data, batchSize, seed, imageSize, imagesPerObject } = config;
  const load = { ...options, imageSize, imagesPerObject, seed };
  const sets = await loadMixture(data, "train", load);
  const tests = await loadMixture(data, "test", load);
  const batches = createBatches({ sets, batchSize, seed });
  return { batches, monitor: createMonitor(tests, batches.shares), tests };
}
