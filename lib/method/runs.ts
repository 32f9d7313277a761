/**
 * Runs that several notebooks and commands share, as changes of a preset.
 *
 * @module
 */
import type { Preset, Value } from "@/config.ts";

/** Digits have no mirror plane: shapes are free, and images are not stretched. */
const OF_DIGITS = { data: "mnist:1", method: "searched", asymmetric: true, stretch: 0 };

/**
 * Digits by the searched pose, for each preset. That of `quick` is the run that `task reproduce` trains.
 *
 * Choice: in three minutes on two cores more steps are worth more than larger batches or latents. One run
 * each, on 300 unseen digits: 1,000 steps of batch 16 and 16 units give 2.9 connected pieces and a
 * squared error of 0.032 a pixel, with 32 units 3.6 and 0.033; 600 steps of batch 32 give 6.7 and 0.034.
 */
export const DIGITS: Readonly<Record<Preset, Readonly<Record<string, Value>>>> = {
  quick: { ...OF_DIGITS, latentSize: 16, batchSize: 16, checkpointEvery: 250 },
  paper: { ...OF_DIGITS, latentSize: 32 },
};
