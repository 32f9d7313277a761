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
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";

/** Steps whose losses are kept. */
export const CAPACITY = 64;

/** The most losses of one step; a method has a handful to a dozen. */
const MOST_LOSSES = 64;

/**
 * Where each loss of a step stands in a row of 64 numbers. Each phase of the step has places of its own, so rows
 * of several phases add up to one. Where names are known is JavaScript, also when traced: they are no values.
 */
export class LossRow {
  /** Numbers in a row. */
  static readonly LENGTH = MOST_LOSSES;
  readonly #names: (readonly string[])[];

  /**
   * Makes a row without names.
   *
   * @param phases How many phases a step has
   */
  constructor(phases: number) {
    this.#names = Array.from({ length: phases }, () => []);
  }

  /**
   * Lays out the losses of a phase; the caller disposes the result `[64]`. Traced, in the order of the phases.
   *
   * @param phase Which phase, from 0
   * @param losses Scalars, by the same names at every call
   * @throws {RangeError} If there are more than 64 in all
   */
  join(phase: number, losses: Readonly<Record<string, tf.Tensor>>): tf.Tensor1D {
    this.#names[phase] = Object.keys(losses);
    const first = this.#firstOf(phase);
    const unused = MOST_LOSSES - first - this.#names[phase].length;
    if (unused < 0) {
      throw new RangeError(
        `Cannot keep losses: there must be at most ${MOST_LOSSES}, got ${
          this.#names.slice(0, phase + 1).flat().join(", ")
        }`,
      );
    }
    return tf.tidy(() => {
      const values = Object.values(losses).map((loss) => loss.reshape([1]));
      return tf.pad(tf.concat(values) as tf.Tensor1D, [[first, unused]]);
    });
  }

  /** Puts the rows of all phases together; the caller disposes the result unless it is the only one. Traced. */
  sum(rows: readonly tf.Tensor1D[]): tf.Tensor1D {
    return rows.length === 1 ? rows[0]! : tf.addN([...rows]);
  }

  /** Gives each loss of a row, scalars; the caller disposes them. Traced. */
  split(row: tf.Tensor1D): Record<string, tf.Tensor> {
    return tf.tidy(() =>
      Object.fromEntries(
        Array.from(this.#places(), ([name, i]) => [name, tf.slice(row, [i], [1]).reshape([])]),
      )
    );
  }

  /** Gives the losses of a row that was read, `[64]`, by name. */
  lossesOf(row: Float32Array): Record<string, number> {
    return Object.fromEntries(Array.from(this.#places(), ([name, i]) => [name, row[i]!]));
  }

  /** Where each name stands: the last phase's first, and of names that phases share that phase's. */
  #places(): Map<string, number> {
    const places = new Map<string, number>();
    for (let phase = this.#names.length - 1; phase >= 0; phase--) {
      for (const [i, name] of this.#names[phase]!.entries()) {
        if (!places.has(name)) places.set(name, this.#firstOf(phase) + i);
      }
    }
    return places;
  }

  #firstOf(phase: number): number {
    return this.#names.slice(0, phase).flat().length;
  }
}

/** The losses of up to 64 steps, as one variable. Freed when disposed. */
export class LossLog implements Disposable {
  readonly #variable = new Variable("losses", [CAPACITY, MOST_LOSSES]);

  /**
   * Keeps the losses of a step in the place of those of the 64th step before it. Traced.
   *
   * @param row The losses, as a `LossRow` lays them out `[64]`
   * @param step Which step `[]`, float32
   */
  write(row: tf.Tensor1D, step: tf.Scalar): void {
    tf.tidy(() => {
      const rows = tf.tensor2d(Float32Array.from({ length: CAPACITY }, (_, i) => i), [CAPACITY, 1]);
      const isPlace = tf.equal(rows, tf.mod(step, CAPACITY)); // [CAPACITY, 1]
      const all = this.#variable.read();
      this.#variable.assign(tf.where(isPlace, row.reshape([1, MOST_LOSSES]), all));
    });
  }

  /** Gives the losses that are kept `[64, 64]`; the caller disposes them. Traced. */
  read(): tf.Tensor {
    return this.#variable.read();
  }

  /**
   * Finds the row of a step.
   *
   * @param values What `read` gave, `[64 * 64]`
   * @param step One of the 64 last steps
   */
  rowOf(values: Float32Array, step: number): Float32Array {
    return itemAt(values, step % CAPACITY, MOST_LOSSES);
  }

  /** Frees the variable. */
  [Symbol.dispose](): void {
    this.#variable[Symbol.dispose]();
  }
}
