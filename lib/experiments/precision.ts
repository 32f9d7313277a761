/**
 * What the precision of the arithmetic does to learning: the losses of short runs, to be laid over each
 * other.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Batches } from "@/data/batches.ts";
import { createTrainer, type Losses } from "@/train/trainer.ts";

/**
 * Trains from scratch and keeps nothing but the losses. Runs of one seed that differ in precision
 * alone start from the same weights and draw the same noise.
 *
 * @param config What to train, in which precision, for how many steps
 * @param batches What to train on
 * @returns The losses of each step
 * @throws What `createTrainer` throws
 */
export function trainingLosses(config: Config, batches: Batches): Losses[] {
  using trainer = createTrainer(config);
  return Array.from(
    { length: config.steps },
    (_, step) => trainer.train(batches.batch(step).images, step),
  );
}
