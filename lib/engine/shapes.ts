/**
 * The axis letters used for every shape in this project, and the check that tensors really have them.
 *
 * | letter | axis |
 * | --- | --- |
 * | `B` | batch |
 * | `D` | depth of a grid, from near to far (z away from the viewer) |
 * | `H` | rows, from top to bottom (against y, which points up) |
 * | `W` | columns, from left to right (x) |
 * | `C` | channels |
 * | `Z` | latent units |
 * | `N` | items of a data set |
 *
 * @module
 */
import type * as tf from "./tf.ts";

/** An axis of known length, or the letter of one whose length is free but the same for each use. */
export type Axis = number | string;

/** An array of numbers with its shape. */
export interface ShapedArray {
  /** Its lengths. */
  readonly shape: readonly number[];
  /** Its elements, the last axis running fastest. */
  readonly values: Float32Array;
}

/** Arrays by name: the variables of a run, as a checkpoint holds them. */
export type NamedArrays = Readonly<Record<string, ShapedArray>>;

/** Counts the elements of a shape: the product of its lengths, 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Gives one of several items of equal length that lie one behind the other, such as an image of a batch.
 *
 * @param values `[N, length]`
 * @param index Which one
 * @param length How many numbers it has
 * @returns A view
 */
export function itemAt<Values extends Float32Array | Int32Array | Uint8Array>(
  values: Values,
  index: number,
  length: number,
): Values {
  return values.subarray(index * length, (index + 1) * length) as Values;
}

/**
 * Checks a tensor's shape on entry to a public function.
 *
 * @param action What the caller is about to do, such as `project voxels`; it opens the message
 * @param name The tensor's name in the caller's signature
 * @param tensor The tensor
 * @param axes The expected shape; equal letters must have equal lengths
 * @param lengths Lengths of letters that other tensors have already fixed; filled in by this call
 * @returns `lengths`, so that a second tensor can be checked against the first
 * @throws {TypeError} If the rank or a length differs
 */
export function checkShape(
  action: string,
  name: string,
  tensor: tf.Tensor,
  axes: readonly Axis[],
  lengths: Record<string, number> = {},
): Record<string, number> {
  const fits = tensor.shape.length === axes.length && axes.every((axis, i) => {
    const expected = typeof axis === "number" ? axis : (lengths[axis] ??= tensor.shape[i]!);
    return expected === tensor.shape[i];
  });
  if (!fits) {
    const expected = axes.map((axis) => axis in lengths ? `${axis} = ${lengths[axis]}` : axis);
    throw new TypeError(
      `Cannot ${action}: ${name} must have shape [${expected.join(", ")}], ` +
        `got [${tensor.shape.join(", ")}]`,
    );
  }
  return lengths;
}
