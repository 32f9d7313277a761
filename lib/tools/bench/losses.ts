/**
 * Short runs from scratch, of which only the losses are kept: to lay two ways of computing over each
 * other.
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

/** How many runs, each with a seed of its own, from the config's on. */
export const RUN_COUNT = 3;

/**
 * Trains a few short runs.
 *
 * @param config What to train, and for how many steps
 * @param load Where the data are found or fetched to
 * @param onStep Told after each step how many were taken, over all runs
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
      const { loss } = trainStep(trainer, batches.batch(step).images, step);
      onStep(run * config.steps + step + 1);
      return Number(loss!.toPrecision(6)); // float32 holds no more, JSON would
    });
    runs.push({ seed, losses });
  }
  return runs;
}
