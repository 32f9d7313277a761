/**
 * Exact nearest neighbours among rows of numbers, and classes by their vote.
 *
 * @module
 */
import { itemAt } from "@/engine/shapes.ts";
import { type LabelledRows, requireRows, rowCount, type Rows } from "./rows.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";

/** Rows whose distances are computed at once: 20 MB for 10,000 references. */
const ROWS_AT_ONCE = 500;

/**
 * Finds the nearest references of each query by Euclidean distance, without approximation:
 * |q - r|^2 = |q|^2 - 2 q r + |r|^2, whose first term does not affect the order. On a tie the first
 * reference comes first.
 *
 * @param queries Rows whose neighbours are wanted
 * @param references Rows to search, as long as the queries
 * @param count How many, from 1 to the number of references
 * @returns Indices of references, the nearest first, `[queries, count]`
 * @throws {TypeError} If queries and references differ in row length
 * @throws {RangeError} If count is not an integer from 1 to the number of references
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
      stopButton.check();
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
 * Classifies rows by the majority of their nearest neighbours. On a tie, the class with the nearest
 * neighbour wins.
 *
 * @param known Rows of known classes
 * @param queries Rows to classify
 * @param count Number of neighbours that vote
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
    // Labels come nearest first, so a later one needs more votes to win.
    return labels.reduce((best, label) => votes[label]! > votes[best]! ? label : best, labels[0]!);
  });
}

/**
 * Measures how well rows of one class stay together: the share of each row's nearest neighbours
 * that have its class, averaged over rows.
 *
 * @param rows Rows with their classes
 * @param count Neighbours of each row, from 1 to the number of other rows
 * @returns In [0, 1]
 * @throws What `nearestNeighbours` throws
 */
export function neighbourPurity(rows: LabelledRows, count: number): number {
  const neighbours = nearestNeighbours(rows, rows, count + 1);
  let [same, looked] = [0, 0];
  for (let row = 0; row < rowCount(rows); row++) {
    // A row is its own nearest neighbour; if it has duplicates, any of them may take its place.
    const all = neighbours.subarray(row * (count + 1), (row + 1) * (count + 1));
    const others = [...all].filter((index) => index !== row).slice(0, count);
    same += others.filter((index) => rows.labels[index] === rows.labels[row]).length;
    looked += others.length;
  }
  return same / looked;
}
