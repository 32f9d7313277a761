/**
 * Errors on unseen images, by set and over seeds: trained together with other sets, and alone.
 *
 * @module
 */
import { Inference } from "@/infer/inference.ts";
import { formatSpread, spreadOf } from "@/study/score/spread.ts";
import { createErrors } from "@/study/evaluate.ts";
import type { Run } from "@/train/run.ts";
import { reconstructUnseen, type UnseenOptions } from "@/study/unseen.ts";

/** Mean squared errors of a pixel on one set, for images in [0, 1]. */
export interface SetErrors {
  /** Number of images. */
  readonly count: number;
  /** Errors of the renderings, textured if there is a texture, by seed. */
  readonly rendering: readonly number[];
  /** Errors of the projections, by seed. */
  readonly projection: readonly number[];
}

/**
 * Measures the errors of several runs on each of their sets.
 *
 * @param runs Runs that differ in their seeds
 * @param options `limit`: maximum number of images of each set
 * @returns One for each set, in their order
 */
export function setErrorsOf(runs: readonly Run[], options: UnseenOptions = {}): SetErrors[] {
  const scored = runs.map(({ config, checkpoint, data: { tests } }) => {
    using model = new Inference(config, checkpoint.snapshot);
    const [rendering, projection] = (["rendering", "projection"] as const)
      .map((of) => createErrors(tests, { ...options, of }));
    for (const batch of reconstructUnseen(model, tests, options)) {
      rendering!.add(batch);
      projection!.add(batch);
    }
    return { rendering: rendering!.scores(), projection: projection!.scores() };
  });
  return scored[0]!.rendering.map(({ count }, set) => ({
    count,
    rendering: scored.map(({ rendering }) => rendering[set]!.meanSquaredError),
    projection: scored.map(({ projection }) => projection[set]!.meanSquaredError),
  }));
}

/**
 * Writes a Markdown table that compares a textured model of all sets with models of some of them.
 *
 * @param names What the images of each set show, such as `digits`
 * @param together Errors of the model of all sets
 * @param alone Errors of models without a texture, for the first of these sets
 */
export function setErrorsTable(
  names: readonly string[],
  together: readonly SetErrors[],
  alone: readonly SetErrors[],
): string {
  const rows = together.map(({ count, rendering, projection }, i) => {
    const measured = [rendering, projection, alone[i]?.rendering];
    const cells = measured.map((values) => values ? formatSpread(spreadOf(values), 4) : "–");
    return `| ${[names[i], count.toLocaleString("en-US"), ...cells].join(" | ")} |`;
  });
  return [
    "| unseen | images | textured | projection | alone |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}
