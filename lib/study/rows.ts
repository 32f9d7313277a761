/**
 * Rows of numbers, one for each image: latents, pixels, places on a map.
 *
 * @module
 */
import { itemAt } from "@/engine/shapes.ts";

/** N rows of equal length. */
export interface Rows {
  /** `[N, length]` */
  readonly values: Float32Array;
  /** Numbers in a row. */
  readonly length: number;
}

/** Rows whose classes are known. */
export interface LabelledRows extends Rows {
  /** `[N]`, the class of each row. */
  readonly labels: Uint8Array;
}

/** Counts the rows. */
export function rowCount({ values, length }: Rows): number {
  return values.length / length;
}

/** Gives one row, as a view. */
export function rowAt({ values, length }: Rows, index: number): Float32Array {
  return itemAt(values, index, length);
}

/** Gives the rows before an index, as a view. */
export function firstRows({ values, labels, length }: LabelledRows, end: number): LabelledRows {
  return { values: values.subarray(0, end * length), labels: labels.subarray(0, end), length };
}

/** Gives the rows from an index on, as a view. */
export function lastRows({ values, labels, length }: LabelledRows, start: number): LabelledRows {
  return { values: values.subarray(start * length), labels: labels.subarray(start), length };
}

/** Concatenates tables, at least one, whose rows have the same length. */
export function joinValues(tables: readonly Rows[]): Rows {
  const { length } = tables[0]!;
  for (const table of tables) requireRows("join rows", "a table", table, length);
  return { values: concatenated(tables.map(({ values }) => values), Float32Array), length };
}

/** Concatenates tables with their labels. */
export function joinRows(tables: readonly LabelledRows[]): LabelledRows {
  const labels = concatenated(tables.map(({ labels }) => labels), Uint8Array);
  return { ...joinValues(tables), labels };
}

/** Checks the length of rows, and that the last one is complete. */
export function requireRows(action: string, name: string, rows: Rows, length: number): void {
  if (rows.length === length && rows.values.length % length === 0) return;
  throw new TypeError(
    `Cannot ${action}: ${name} must have rows of ${length} values, got ${rows.values.length} ` +
      `values in rows of ${rows.length}`,
  );
}

function concatenated<T extends Float32Array | Uint8Array>(
  parts: readonly T[],
  Kind: new (length: number) => T,
): T {
  const whole = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
