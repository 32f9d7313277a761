/**
 * One forward pass: the values that layers compute with, its random draws, and what it leaves behind.
 *
 * @module
 */
import { statelessNormal, statelessUniform } from "@/engine/graph/stateless_random.ts";
import { seedFor } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";

/**
 * Streams that had numbers before they had names; runs of that time still draw what they drew.
 */
const NUMBERED: Readonly<Record<string, number>> = {
  "latent": 0,
  "pose": 1,
  "prior/latent": 2,
  "prior/pose": 3,
};

/** What a pass is made from. */
export interface PassOptions {
  /** The value of every parameter, by name. */
  readonly values: Readonly<Record<string, tf.Tensor>>;
  /** `[2]` int32, the run's seed and the step: every draw of the pass follows from it. */
  readonly seed: tf.Tensor1D;
  /** Steps taken before this one `[]`, float32: what schedules go by. */
  readonly step: tf.Scalar;
  /** Whether batch statistics are used, as in training, or their running means. */
  readonly isTraining: boolean;
  /** Which of how many replicas it is a pass of, each with draws of its own; the only one unless given. */
  readonly replica?: { readonly index: number; readonly of: number };
}

/** One forward pass. */
export class Pass {
  /** The value of every parameter, by name. */
  readonly values: Readonly<Record<string, tf.Tensor>>;
  /** Steps taken before this one `[]`, float32: what schedules go by. */
  readonly step: tf.Scalar;
  /** Whether batch statistics are used, as in training, or their running means. */
  readonly isTraining: boolean;
  /**
   * New values of parameters that are not trained, such as the running statistics of batch norm, as far
   * as the pass has run.
   */
  readonly statistics: Readonly<Record<string, tf.Tensor>>;
  readonly #options: PassOptions;
  readonly #isFrozen: boolean;

  /**
   * Makes a pass.
   *
   * @param options What it computes with
   * @param isFrozen Whether it leaves statistics alone; see `frozen`
   */
  constructor(options: PassOptions, isFrozen = false) {
    const { values, step, isTraining } = options;
    this.values = values;
    this.step = step;
    this.isTraining = isTraining;
    this.statistics = {};
    this.#options = options;
    this.#isFrozen = isFrozen;
  }

  /**
   * Gives a pass with the same values and draws that leaves statistics alone. Whatever is not the
   * batch itself, such as a rendered view that is encoded again, goes through a frozen pass.
   */
  frozen(): Pass {
    return new Pass(this.#options, true);
  }

  /**
   * Draws from N(0, 1). The same stream gives the same numbers wherever the pass asks for it.
   *
   * @param stream What the numbers are for, such as `latent`
   * @param shape The result's shape `[B, ...]`
   */
  normal(stream: string, shape: readonly number[]): tf.Tensor {
    return this.#draw(statelessNormal, stream, shape);
  }

  /** Draws from the uniform distribution on [0, 1). Parameters as for `normal`. */
  uniform(stream: string, shape: readonly number[]): tf.Tensor {
    return this.#draw(statelessUniform, stream, shape);
  }

  /** Draws for all replicas, `[R B, ...]`, and gives this one's rows: so draws are the same wherever it runs. */
  #draw(draw: typeof statelessNormal, stream: string, shape: readonly number[]): tf.Tensor {
    const { seed, replica: { index, of } = { index: 0, of: 1 } } = this.#options;
    if (of === 1) return draw(shape, seed, numberOf(stream));
    const [rows, ...rest] = shape as [number, ...number[]];
    return tf.tidy(() => {
      const all = draw([of * rows, ...rest], seed, numberOf(stream));
      return tf.slice(all, [index * rows, ...rest.map(() => 0)], [...shape]);
    });
  }

  /** Averages over the images of the batch: `[B, ...]` to `[...]`. */
  batchMean(x: tf.Tensor): tf.Tensor {
    return tf.mean(x, 0);
  }

  /**
   * Leaves a new value of a parameter that is not trained, unless the pass is frozen.
   *
   * @throws {Error} If there is one already: two runs of one layer would leave the second's alone
   */
  keepStatistic(name: string, value: tf.Tensor): void {
    if (this.#isFrozen) return;
    if (name in this.statistics) {
      throw new Error(
        `Cannot keep ${name}: a pass must run its layer once, got a second time; ` +
          `run what is not the batch itself in pass.frozen()`,
      );
    }
    (this.statistics as Record<string, tf.Tensor>)[name] = value;
  }
}

/** Gives the number that tells a stream apart from others. */
function numberOf(stream: string): number {
  return Object.hasOwn(NUMBERED, stream) ? NUMBERED[stream]! : seedFor(0, stream) | 0;
}
