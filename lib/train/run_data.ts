/**
 * The images of a run: what it trains on and what it is watched on.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type Batches, createBatches, type MixedSet } from "@/data/batches.ts";
import { loadMixture, type MixtureOptions } from "@/data/mixture.ts";
import type { TruthField } from "@/data/truth.ts";
import { createLearner } from "@/method/registry.ts";
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

/** What `loadRunData` can vary. */
export interface RunDataOptions extends MixtureOptions {
  /** What batches tell of images besides them; what the method's learner asks for unless given. */
  readonly supervision?: readonly TruthField[];
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
  const { supervision = createLearner(config).supervision ?? [], ...files } = options;
  const { data, batchSize, seed, imageSize, imagesPerObject } = config;
  const load = { ...files, imageSize, imagesPerObject, seed };
  const sets = await loadMixture(data, "train", load);
  const tests = await loadMixture(data, "test", load);
  const batches = createBatches({ sets, batchSize, seed, supervision });
  return { batches, monitor: createMonitor(tests, batches.shares), tests };
}
