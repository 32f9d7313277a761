/**
 * Losses of short runs from scratch, to compare two ways of computing.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { loadRunData } from "@/train/run_data.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";

/** The losses of one run. */
export interface LossRun {
  /** The run's seed. */
  readonly seed: number;
  /** The loss of each step. */
  readonly losses: readonly number[];
}

/** Number of runs; seeds count up from the config's. */
export const RUN_COUNT = 3;

/**
 * Trains a few short runs.
 *
 * @param config What to train, and the number of steps
 * @param load Where the data are, or are fetched to
 * @param onStep Called after each step with the number of steps over all runs
 * @throws What `loadRunData` throws
 */
export async function shortRuns(
  config: Config,
  load: LoadOptions = {},
  onStep: (count: number) => void = () => {},
): Promise<LossRun[]> {
  const runs: LossRun[] = [];
  for (let run = 0; run < RUN_COUNT; run++) {
    const seed = config.seed + run;
    const { batches } = await loadRunData({ ...config, seed }, load);
    using trainer = createTrainer({ ...config, seed });
    const losses = Array.from({ length: config.steps }, (_, step) => {
      const { images, truth } = batches.batch(step);
      const { loss } = trainStep(trainer, images, step, truth);
      onStep(run * config.steps + step + 1);
      return Number(loss!.toPrecision(6)); // the precision of float32
    });
    runs.push({ seed, losses });
  }
  return runs;
}
