/**
 * Losses of the last steps, kept where they are computed.
 *
 * To read a loss is to wait for the card that computes it, and to have it wait for the host in turn:
 * losses that stay there and are read every 50 ms cost neither, and a step of 1.9 ms on
 * an NVIDIA H100 becomes one of 1.5 (`notebooks/performance/tries.json`).
 *
 * @module
 */
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";

/** Steps whose losses are kept. */
export const CAPACITY = 64;

/** The most losses of one step; a method has a handful to a dozen. */
const MOST_LOSSES = 64;

/** The losses of up to 64 steps, as one variable. Freed when disposed. */
export class LossLog implements Disposable {
  readonly #variable = new Variable("losses", [CAPACITY, MOST_LOSSES]);
  #names: readonly string[] = [];

  /**
   * Keeps the losses of a step in the place of those of the 64th step before it. Traced.
   *
   * @param losses At most 64 scalars, by the same names at every call
   * @param step Which step `[]`, float32
   * @throws {RangeError} If there are more
   */
  write(losses: Readonly<Record<string, tf.Tensor>>, step: tf.Scalar): void {
    this.#names = Object.keys(losses); // also when traced: the names are no values
    const unused = MOST_LOSSES - this.#names.length;
    if (unused < 0) {
      throw new RangeError(
        `Cannot keep losses: there must be at most ${MOST_LOSSES}, got ${this.#names.join(", ")}`,
      );
    }
    tf.tidy(() => {
      const values = Object.values(losses).map((loss) => loss.reshape([1]));
      const row = tf.pad(tf.concat(values) as tf.Tensor1D, [[0, unused]]).reshape([1, MOST_LOSSES]);
      const rows = tf.tensor2d(Float32Array.from({ length: CAPACITY }, (_, i) => i), [CAPACITY, 1]);
      const isPlace = tf.equal(rows, tf.mod(step, CAPACITY)); // [CAPACITY, 1]
      this.#variable.assign(tf.where(isPlace, row, this.#variable.read()));
    });
  }

  /** Gives the losses that are kept `[64, 64]`; the caller disposes them. Traced. */
  read(): tf.Tensor {
    return this.#variable.read();
  }

  /**
   * Finds the losses of a step.
   *
   * @param values What `read` gave, `[64 * 64]`
   * @param step One of the 64 last steps
   */
  lossesOf(values: Float32Array, step: number): Record<string, number> {
    const start = (step % CAPACITY) * MOST_LOSSES;
    return Object.fromEntries(this.#names.map((name, i) => [name, values[start + i]!]));
  }

  /** Frees the variable. */
  [Symbol.dispose](): void {
    this.#variable[Symbol.dispose]();
  }
}
