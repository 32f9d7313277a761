/**
 * Whether a step stays as fast as it was, and its process as small.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import * as tf from "@/engine/tf.ts";
import { createTrainer } from "@/train/trainer.ts";
import { graphicsMemory, residentMemory } from "./resources.ts";
import { gigabytes, ms } from "./table.ts";
import { stepTimer, summarize, type Times } from "./timing.ts";

/** Some steps in a row. */
export interface Block extends Times {
  /** Steps before it. */
  readonly after: number;
  /** Memory of the process at its end, in bytes. */
  readonly memory: number;
  /** All memory in use on the GPU at its end, in bytes, if there is a GPU. */
  readonly graphicsMemory?: number;
  /** Tensors alive at its end. */
  readonly tensors: number;
}

/** What a long run of steps was like. */
export interface Endurance {
  /** Steps that were taken. */
  readonly steps: number;
  /** The first steps after the warm-up. */
  readonly early: Block;
  /** The last ones. */
  readonly late: Block;
  /** Median time of the last steps over that of the first. */
  readonly ratio: number;
}

/** How long to run. */
export interface EnduranceOptions {
  /** Steps in all. */
  readonly steps: number;
  /** Steps before the first block; 100 unless given. */
  readonly warmUp?: number;
  /** Steps of a block, enough for medians that differ by less than a hundredth; 500 unless given. */
  readonly block?: number;
  /** Called with the number of steps taken. */
  readonly onStep?: (count: number) => void;
}

/**
 * Takes many steps and compares the last ones with the first ones after the warm-up.
 *
 * @throws {RangeError} If there are too few steps for a warm-up and two blocks
 */
export function measureEndurance(config: Config, options: EnduranceOptions): Endurance {
  const { steps, warmUp = 100, block = 500, onStep = () => {} } = options;
  const least = warmUp + 2 * block;
  if (steps < least) {
    throw new RangeError(
      `Cannot measure endurance: steps must be at least ${least}, got ${steps}; a warm-up of ` +
        `${warmUp} and two blocks of ${block} must fit in`,
    );
  }
  using trainer = createTrainer(config);
  const time = stepTimer(trainer, config);
  let taken = 0;
  const take = (count: number): number[] => {
    const milliseconds = time({
      warmUp: 0,
      repeat: count,
      onCall: (done) => onStep(taken + done),
    });
    taken += milliseconds.length * trainer.together; // those that are handed over together, rounded up
    return milliseconds;
  };
  const measure = (): Block => {
    const after = taken;
    const times = summarize(take(block));
    const graphics = graphicsMemory();
    return {
      after,
      ...times,
      memory: residentMemory(),
      ...(graphics !== undefined && { graphicsMemory: graphics }),
      tensors: tf.memory().numTensors,
    };
  };
  if (warmUp > 0) take(warmUp);
  const early = measure();
  while (taken < steps - block) take(Math.min(block, steps - block - taken));
  const late = measure();
  return { steps: taken, early, late, ratio: late.medianMs / early.medianMs };
}

/** Formats a long run in one line. */
export function enduranceLine({ early, late, ratio }: Endurance): string {
  const at = (block: Block) =>
    `${ms(block.medianMs)} ms and ${gigabytes(block.memory)} GB after ${block.after} steps`;
  return `endurance: ${at(early)}, ${at(late)}: ${ratio.toFixed(3)} times as long`;
}
