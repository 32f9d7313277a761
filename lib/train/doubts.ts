/**
 * What a finished run gives reason to doubt, without knowing the truth.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { createLearner } from "@/method/registry.ts";
import { lastGapOf, type StepRecord } from "./history.ts";
import { standingOf } from "./rungs.ts";

/**
 * Says why the shapes and poses of a run are in doubt: its realism gap is too low, or a term of its loss
 * too high, by the limits of its method. No reason to doubt is no proof.
 *
 * @param config The run's config
 * @param history Its steps, up to the last one
 * @returns One sentence each; none if the method has no limits
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { configWith, doubtsOf } from "@/mod.ts";
 *
 * const config = configWith("quick", { method: "searched", filters: 32 });
 * const last = { step: 1000, loss: 30, pose: 1.2, realismGap: -0.4, ms: 5 };
 * assert.equal(doubtsOf(config, [last]).length, 1); // the pose
 * ```
 */
export function doubtsOf(config: Config, history: readonly StepRecord[]): string[] {
  const { realism } = createLearner(config);
  const gap = lastGapOf(history);
  if (!realism || gap === undefined) return [];
  const { limits } = realism;
  const { losses } = standingOf(history);
  return [
    ...(gap < limits.gap
      ? [
        `the realism gap is ${gap.toFixed(2)}, below ${limits.gap}: ` +
        `from new directions the shapes look unlike the images`,
      ]
      : []),
    ...Object.entries(limits.losses).filter(([term, most]) => losses[term]! > most)
      .map(([term, most]) =>
        `the loss "${term}" is ${losses[term]!.toFixed(2)}, above ${most}: ` +
        `the model cannot tell from an image where the camera stood`
      ),
  ];
}
