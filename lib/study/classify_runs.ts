/**
 * Image classes predicted from latents of trained models, and from pixels for comparison.
 *
 * @module
 */
import { Inference } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { createLearner, networkSeed } from "@/method/registry.ts";
import type { Run } from "@/train/run.ts";
import { type Accuracy, classify, summarise, type Trial } from "./classify.ts";
import type { LabelledImages } from "./labelled_images.ts";
import { latentsOf } from "./latents.ts";

/**
 * Classifies the images of each set from latents of each run's frozen encoder, from latents of an
 * encoder with the first run's initial weights, and from pixels.
 *
 * @param runs Runs that differ in their seeds, at least one
 * @param sets Images to fit to and to score on
 * @throws What `classify` throws
 */
export function classifyRuns(
  runs: readonly Pick<Run, "config" | "checkpoint">[],
  sets: readonly LabelledImages[],
): Accuracy[] {
  const { config } = runs[0]!;
  const encoders = [
    ...runs.map(({ config, checkpoint }) => {
      return { features: "latent", config, weights: checkpoint.snapshot };
    }),
    {
      features: "latent of an untrained encoder",
      config,
      weights: initialValues(createLearner(config).parameters, networkSeed(config)),
    },
  ];
  const trials: Trial[] = encoders.flatMap(({ features, config, weights }) => {
    using model = new Inference(config, weights);
    return sets.flatMap(({ set, classNames, known, asked }) =>
      classify(
        { set, features },
        latentsOf(model, known),
        latentsOf(model, asked),
        classNames.length,
      )
    );
  });
  const byPixels = sets.flatMap(({ set, classNames, known, asked }) =>
    classify({ set, features: "pixels" }, known, asked, classNames.length)
  );
  const all = [...trials, ...byPixels];
  return summarise(sets.flatMap(({ set }) => all.filter((trial) => trial.set === set)));
}
