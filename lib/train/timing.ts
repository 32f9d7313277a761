/**
 * Times the training step on made-up pictures.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { nativeBackend } from "@/native.ts";
import { createRandom, seedFor } from "@/random.ts";
import { createTrainer } from "./trainer.ts";

/** What was measured. */
export interface Timing {
  /** Wall time of each counted step. */
  readonly milliseconds: readonly number[];
  /** Time to draw the weights, trace the step and build its graph. */
  readonly compileMs: number;
  /** Where it ran. */
  readonly backend: "CPU" | "GPU";
}

/** How to measure. */
export interface TimingOptions {
  /** Steps that are taken first and not counted. */
  readonly warmUp: number;
  /** Steps that are counted. */
  readonly repeat: number;
  /** Runs every operation by itself. */
  readonly eager?: boolean;
  /** Called after each step with how many were taken. */
  readonly onStep?: (step: number) => void;
}

/** Times whole steps: upload of the pictures, the step, reading the losses. */
export function timeSteps(config: Config, options: TimingOptions): Timing {
  const random = createRandom(seedFor(config.seed, "timing"));
  const count = config.batchSize * config.imageSize ** 2;
  const images = Float32Array.from({ length: count }, () => random.uniform());
  const start = performance.now();
  using trainer = createTrainer(config, { eager: options.eager ?? false });
  const compileMs = performance.now() - start;
  const milliseconds: number[] = [];
  for (let step = 0; step < options.warmUp + options.repeat; step++) {
    const before = performance.now();
    trainer.train(images, step);
    if (step >= options.warmUp) milliseconds.push(performance.now() - before);
    options.onStep?.(step + 1);
  }
  return { milliseconds, compileMs, backend: nativeBackend().isUsingGpuDevice ? "GPU" : "CPU" };
}
