/**
 * Mean, median and spread, their format, and the difference between two methods.
 *
 * @module
 */

/** Mean and deviation of repeated measurements. */
export interface Spread {
  /** Their mean. */
  readonly mean: number;
  /** Their sample standard deviation, with n - 1; NaN if there is only one. */
  readonly deviation: number;
}

/**
 * Gives the mean and the sample standard deviation.
 *
 * @param values One for each repetition, at least one
 * @throws {RangeError} If there are none
 */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) throw new RangeError("Cannot average: values must not be empty");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count === 1 ? NaN : Math.sqrt(squares / (count - 1)) };
}

/**
 * Gives the median; of an even number of values, the mean of the middle two.
 *
 * @param values At least one
 * @throws {RangeError} If there are none
 */
export function medianOf(values: ArrayLike<number>): number {
  const { length } = values;
  if (length === 0) throw new RangeError("Cannot take the median: values must not be empty");
  const sorted = Float64Array.from(values).sort();
  return (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}

/**
 * Formats a number as in tables, without the zero before the point.
 *
 * @param value The number
 * @param decimals Digits after the point, an integer >= 0
 */
export function formatNumber(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals).replace(/^0\./, ".");
  return value < 0 && /[1-9]/.test(digits) ? `−${digits}` : digits;
}

/**
 * Formats mean and deviation; the mean alone if there is no deviation.
 *
 * @param spread Mean and deviation
 * @param decimals Digits after the point, an integer >= 0
 *
 * @example As in notebook 03
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatSpread } from "./spread.ts";
 *
 * assert.equal(formatSpread({ mean: 0.00926, deviation: 0.00033 }, 4), ".0093 ± .0003");
 * ```
 */
export function formatSpread({ mean, deviation }: Spread, decimals: number): string {
  const words = formatNumber(mean, decimals);
  return Number.isNaN(deviation) ? words : `${words} ± ${formatNumber(deviation, decimals)}`;
}

/** The difference between two methods. */
export interface Difference {
  /** Mean of the first minus mean of the second. */
  readonly difference: number;
  /**
   * sqrt(a.deviation^2 + b.deviation^2): how much the difference between two single runs, one of
   * each method, varies by seed alone. NaN if either has only one seed.
   */
  readonly seedSpread: number;
  /** Whether the difference is no larger than that; false if it is unknown. */
  readonly isWithinSpread: boolean;
}

/**
 * Compares two methods. Choice: no significance test, since three seeds support none; a difference
 * counts if it is larger than the one that two seeds make.
 *
 * @param a The first
 * @param b The second
 */
export function differenceOf(a: Spread, b: Spread): Difference {
  const difference = a.mean - b.mean;
  const seedSpread = Math.hypot(a.deviation, b.deviation);
  return { difference, seedSpread, isWithinSpread: Math.abs(difference) <= seedSpread };
}

/**
 * Gives the circular standard deviation, sqrt(-2 log R), where R is the length of the mean of the
 * unit vectors (Mardia and Jupp, Directional Statistics, equation 2.3.11). 0 if all angles are
 * equal; for many uniform ones R is near 0 and the deviation above 2.
 *
 * @param angles Radians, at least one
 * @returns Radians, >= 0
 * @throws {RangeError} If there are none
 */
export function circularDeviation(angles: ArrayLike<number>): number {
  const count = angles.length;
  if (count === 0) throw new RangeError("Cannot average: angles must not be empty");
  let [sin, cos] = [0, 0];
  for (let i = 0; i < count; i++) {
    sin += Math.sin(angles[i]!);
    cos += Math.cos(angles[i]!);
  }
  const length = Math.min(1, Math.hypot(sin, cos) / count); // rounding alone can exceed 1
  return Math.sqrt(-2 * Math.log(length));
}
