/**
 * Many tensors in one variable.
 *
 * A model has some thirty parameters, most of them a few numbers long, and Adam remembers two numbers
 * of each. One by one they are a hundred variables, and clipping and moving them three hundred
 * operations of microseconds, which wait for one another; packed they are a dozen operations.
 *
 * @module
 */
import { applyAdam } from "@/engine/adam.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { gatherRows } from "@/engine/gather.ts";
import { elementCount } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Move } from "@/model/learner.ts";

/** Every tensor starts a row of this many numbers, so that sums over rows add up to sums over tensors. */
const ROW = 1024;

/** Where one tensor lies. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Named tensors that are read, assigned and moved together. */
export class Pack implements Disposable {
  /** The tensors one after the other `[rows * 1024]`, each filled up with zeros to whole rows. */
  readonly variable: Variable;
  readonly #places: readonly Place[];
  readonly #rows: number;

  /**
   * Makes a pack.
   *
   * @param name What it holds
   * @param shapes Shape of each tensor, by name
   * @param values First values of each tensor, by name; 0 unless given
   */
  constructor(
    name: string,
    shapes: Readonly<Record<string, readonly number[]>>,
    values: Readonly<Record<string, Float32Array>> = {},
  ) {
    let rows = 0;
    this.#places = Object.entries(shapes).map(([name, shape]) => {
      const count = elementCount(shape);
      const place = { name, shape, count, firstRow: rows, rows: Math.ceil(count / ROW) };
      rows += place.rows;
      return place;
    });
    this.#rows = rows;
    const all = new Float32Array(rows * ROW);
    for (const { name, firstRow } of this.#places) all.set(values[name] ?? [], firstRow * ROW);
    this.variable = new Variable(name, [all.length], all);
  }

  /** The tensors' names. */
  get names(): readonly string[] {
    return this.#places.map(({ name }) => name);
  }

  /** Numbers in the variable, `rows * 1024`. */
  get length(): number {
    return this.#rows * ROW;
  }

  /** Gives the tensors by name; the caller disposes them. */
  read(): Record<string, tf.Tensor> {
    return tf.tidy(() => this.split(this.variable.read() as tf.Tensor1D));
  }

  /** Gives tensors that are laid out as `join` lays them out, by name; the caller disposes them. */
  split(joined: tf.Tensor1D): Record<string, tf.Tensor> {
    return tf.tidy(() =>
      Object.fromEntries(
        this.#places.map(({ name, shape, count, firstRow }) => [
          name,
          tf.slice(joined, [firstRow * ROW], [count]).reshape([...shape]),
        ]),
      )
    );
  }

  /** Replaces all tensors. */
  assign(tensors: Readonly<Record<string, tf.Tensor>>): void {
    tf.tidy(() => this.variable.assign(this.join(tensors)));
  }

  /** Lays tensors out as the variable is, `[rows * 1024]`; the caller disposes the result. */
  join(tensors: Readonly<Record<string, tf.Tensor>>): tf.Tensor1D {
    return tf.tidy(() =>
      tf.concat(this.#places.map(({ name, count, rows }) => {
        const flat = tensors[name]!.reshape([count]) as tf.Tensor1D;
        return rows * ROW === count ? flat : tf.pad(flat, [[0, rows * ROW - count]]);
      }))
    );
  }

  /**
   * Scales each tensor down to a largest L2 norm: g * limit / max(|g|, limit).
   *
   * @param joined The tensors as `join` lays them out
   * @param limit Largest norm of one tensor
   * @param sums How rows are added up
   * @returns The same layout; the caller disposes it
   */
  clip(joined: tf.Tensor1D, limit: number, sums: RowSums = scatteredSums): tf.Tensor1D {
    return tf.tidy(() => {
      const rows = joined.reshape([this.#rows, ROW]);
      const owners = tf.tensor1d(
        this.#places.flatMap(({ rows }, tensor) => Array<number>(rows).fill(tensor)),
        "int32",
      ); // [rows]
      const squares = tf.sum(tf.square(rows), 1) as tf.Tensor1D; // [rows]
      const norms = tf.sqrt(sums(squares, owners, this.#places.length)); // [tensors]
      const scales = gatherRows(tf.div(limit, tf.maximum(norms, limit)), owners); // [rows]
      return tf.mul(rows, scales.reshape([this.#rows, 1])).reshape(joined.shape) as tf.Tensor1D;
    });
  }

  /** Frees the variable, once or more often. */
  [Symbol.dispose](): void {
    this.variable[Symbol.dispose]();
  }
}

/** Adds up the values `[rows]` of the rows that each of some tensors owns: `[tensors]`, by `owners` `[rows]`. */
export type RowSums = (values: tf.Tensor1D, owners: tf.Tensor1D, count: number) => tf.Tensor1D;

/** Adds in the order in which a device comes to it: a graphics card's may differ from time to time. */
export const scatteredSums: RowSums = (values, owners, count) =>
  tf.unsortedSegmentSum(values, owners, count);

/**
 * Adds as a product, always in the same order: copies of the variables on several devices, moved by equal
 * gradients, stay equal to the bit.
 */
export const orderedSums: RowSums = (values, owners, count) =>
  tf.tidy(() => {
    const tensors = tf.tensor1d(Int32Array.from({ length: count }, (_, i) => i), "int32");
    const isOwner = tf.equal(owners.expandDims(1), tensors.expandDims(0)); // [rows, tensors]
    return tf.matMul(values.expandDims(0), isOwner.cast("float32")).reshape([count]);
  });

/** What Adam remembers of a pack. */
export interface PackedMoments {
  /** Means of the gradients. */
  readonly first: Pack;
  /** Means of their squares. */
  readonly second: Pack;
}

/** How to move a pack. */
export interface MoveOptions extends Pick<Move, "learningRate" | "clipNorm" | "momentum"> {
  /** How rows are added up; `scatteredSums` unless given. */
  readonly sums?: RowSums;
}

/**
 * Moves the tensors of a pack against their gradients, each clipped by itself.
 *
 * @param pack What to move
 * @param moments What is remembered of it, updated too
 * @param gradients As the pack's `join` lays them out; the caller's to dispose
 * @param step How often it was moved before, a scalar
 * @param options Step size, largest norm of a gradient, and how rows are added up for it
 */
export function movePack(
  pack: Pack,
  moments: PackedMoments,
  gradients: tf.Tensor1D,
  step: tf.Scalar,
  { learningRate, clipNorm, momentum, sums }: MoveOptions,
): void {
  tf.tidy(() => {
    const clipped = Number.isFinite(clipNorm) ? pack.clip(gradients, clipNorm, sums) : gradients;
    const variables = { first: moments.first.variable, second: moments.second.variable };
    const rate = typeof learningRate === "number" ? tf.scalar(learningRate) : learningRate(step);
    applyAdam(pack.variable, variables, clipped, step, rate, momentum);
  });
}
