/**
 * What a quick reproduction is going to do, and how long it takes on this machine.
 *
 * @module
 */
import { basename } from "node:path";
import type { Config } from "@/config.ts";
import type { Batches } from "@/data/batches.ts";
import { createTrainer } from "@/train/trainer.ts";
import { inWords } from "./session.ts";

/** A part of it. */
export interface Part {
  /** What it does. */
  readonly what: string;
  /** How long it takes, estimated. */
  readonly seconds: number;
}

/** How long a trial of the step lasts. */
const TRIAL_SECONDS = 2;

/** Steps before the trial: the first ones compile the step and fill the caches. */
const WARM_UP_STEPS = 2;

/**
 * Measures a step: trains for two seconds from new weights, and throws them away.
 *
 * @returns Seconds
 */
export function measureStep(config: Config, batches: Batches): number {
  using trainer = createTrainer(config);
  const takeStep = (step: number) => {
    const { images, truth } = batches.batch(step);
    trainer.train(images, step, truth);
    trainer.losses(); // waits for it
  };
  for (let step = 0; step < WARM_UP_STEPS; step++) takeStep(step);
  const started = performance.now();
  for (let count = 1;; count++) {
    takeStep(WARM_UP_STEPS + count);
    const seconds = (performance.now() - started) / 1000;
    if (seconds > TRIAL_SECONDS) return seconds / count;
  }
}

/**
 * How much longer a training takes than its steps: frames, checkpoints and their scores. Two runs took
 * 1.15 and 1.26 times as long.
 */
const BESIDES_STEPS = 1.2;

/**
 * How long notebooks take, in steps of the run that is trained before them: what slows the step slows
 * them as well. Measured on two cores.
 */
const STEPS_OF_NOTEBOOK: Readonly<Record<string, number>> = {
  "00": 50,
  "01": 30,
  "02": 40,
  "03": 300,
  "04": 50,
  "12": 70,
};

/** The same of a notebook that is not listed. */
const STEPS_OF_OTHERS = 60;

/**
 * Lists the parts of a reproduction.
 *
 * @param stepSeconds What a step takes here
 * @param missingSteps Steps that are still to be trained
 * @param notebooks Paths of the notebooks that will run
 */
export function planOf(
  { stepSeconds, missingSteps, notebooks }: {
    readonly stepSeconds: number;
    readonly missingSteps: number;
    readonly notebooks: readonly string[];
  },
): Part[] {
  const training = {
    what: `train ${missingSteps.toLocaleString("en-US")} steps of ` +
      `${Math.round(1000 * stepSeconds)} ms each, as a trial of two seconds shows`,
    seconds: BESIDES_STEPS * missingSteps * stepSeconds,
  };
  const runs = notebooks.map((path) => {
    const name = basename(path);
    const steps = STEPS_OF_NOTEBOOK[name.slice(0, 2)] ?? STEPS_OF_OTHERS;
    return { what: `run ${name}`, seconds: steps * stepSeconds };
  });
  return [...(missingSteps > 0 ? [training] : []), ...runs];
}

/** Puts a plan into lines, the whole first. */
export function planInLines(parts: readonly Part[]): string[] {
  const whole = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const about = (seconds: number) => `about ${inWords(1000 * Math.max(1, Math.round(seconds)))}`;
  return [
    `reproduce: will take ${about(whole)} from here:`,
    ...parts.map(({ what, seconds }) => `  ${what}: ${about(seconds)}`),
  ];
}
