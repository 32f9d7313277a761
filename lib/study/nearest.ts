/**
 * Nearest neighbours among rows of numbers, found exactly, and what they say of a row's class.
 *
 * @module
 */
import { itemAt } from "@/engine/shapes.ts";
import { type LabelledRows, requireRows, rowCount, type Rows } from "./rows.ts";
import * as tf from "@/engine/tf.ts";

/** Rows whose distances to all others are held at once: 20 MB for 10,000 others. */
const ROWS_AT_ONCE = 500;

/**
 * Finds the nearest references of each query by Euclidean distance, with no approximation:
 * |q - r|^2 = |q|^2 - 2 q r + |r|^2, whose first term changes no order. Of two at one distance the
 * first comes first.
 *
 * @param queries Rows that ask
 * @param references Rows that are found, as long as those
 * @param count How many, from 1 to the number of references
 * @returns Indices of references, the nearest first, `[queries, count]`
 * @throws {TypeError} If the two have rows of different lengths
 * @throws {RangeError} If there are fewer references than that
 */
export function nearestNeighbours(queries: Rows, references: Rows, count: number): Int32Array {
  const { length } = queries;
  requireRows("find neighbours", "references", references, length);
  const available = rowCount(references);
  if (!Number.isInteger(count) || count < 1 || count > available) {
    throw new RangeError(
      `Cannot find neighbours: count must be an integer from 1 to ${available}, got ${count}`,
    );
  }
  const found = new Int32Array(rowCount(queries) * count);
  tf.tidy(() => {
    const others = tf.tensor2d(references.values, [available, length]);
    const norms = tf.sum(tf.square(others), 1); // [references]
    for (let start = 0; start < rowCount(queries); start += ROWS_AT_ONCE) {
      const rows = queries.values.subarray(start * length, (start + ROWS_AT_ONCE) * length);
      const indices = tf.tidy(() => {
        const asked = tf.tensor2d(rows, [rows.length / length, length]);
        const closeness = tf.sub(tf.mul(2, tf.matMul(asked, others, false, true)), norms);
        return tf.topk(closeness, count).indices.dataSync(); // [rows, count]
      });
      found.set(indices, start * count);
    }
  });
  return found;
}

/**
 * Classifies rows by the majority of their nearest neighbours. Of classes with equally many the one
 * with the nearest neighbour wins.
 *
 * @param known Rows of known classes
 * @param queries Rows to classify
 * @param count How many neighbours vote
 * @returns The class of each query
 * @throws What `nearestNeighbours` throws
 */
export function classifyByNeighbours(
  known: LabelledRows,
  queries: Rows,
  count: number,
): Uint8Array {
  const neighbours = nearestNeighbours(queries, known, count);
  return Uint8Array.from({ length: rowCount(queries) }, (_, row) => {
    const votes = new Uint8Array(256);
    const labels = itemAt(neighbours, row, count)
      .map((index) => known.labels[index]!);
    for (const label of labels) votes[label]!++;
    // The labels come nearest first, and only more votes take the lead.
    return labels.reduce((best, label) => votes[label]! > votes[best]! ? label : best, labels[0]!);
  });
}

/**
 * Measures how well rows of one class keep together: the share of each row's nearest others that are
 * of its class, averaged over rows.
 *
 * @param rows Rows with their classes
 * @param count How many others of each row are looked at, from 1 to the number of others
 * @returns From 0 to 1
 * @throws What `nearestNeighbours` throws
 */
export function neighbourPurity(rows: LabelledRows, count: number): number {
  const neighbours = nearestNeighbours(rows, rows, count + 1);
  let [same, looked] = [0, 0];
  for (let row = 0; row < rowCount(rows); row++) {
    // A row is its own nearest, unless it has doubles: then any of them may stand in its place.
    const all = neighbours.subarray(row * (count + 1), (row + 1) * (count + 1));
    const others = [...all].filter((index) => index !== row).slice(0, count);
    same += others.filter((index) => rows.labels[index] === rows.labels[row]).length;
    looked += others.length;
  }
  return same / looked;
}
