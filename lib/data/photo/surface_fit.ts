/**
 * Smooth surfaces through pixels, most of which lie on one.
 *
 * @module
 */

/** Order of a surface: a constant, a plane, or with x^2, xy and y^2 as well. */
export type Order = 0 | 1 | 2;

/** Rounds of the fit. Choice: 20, with which the masks of the tests are within 2 % of the truth. */
const ROUNDS = 20;

/** Distance below which all points weigh the same: half a step of an 8-bit image. */
const LEAST_DISTANCE = 0.5 / 255;

/** Points `[N]` of an image and what several channels are there. */
export interface SurfacePoints {
  /** From -1 at the left to 1 at the right. */
  readonly x: Float64Array;
  /** From -1 at the top to 1 at the bottom. */
  readonly y: Float64Array;
  /** `[C]` channels of `[N]` values. */
  readonly values: readonly Float64Array[];
}

/** A smooth surface: gives its value at `(x, y)`. */
export type Surface = (x: number, y: number) => number;

/**
 * Fits a surface to each channel. It minimises the sum of distances, not of squares, so that
 * it follows most of the points and ignores the others, such as where an object covers the ground:
 *
 * sum over the points of d, with d = max over the channels c of |values_c - surface_c(x, y)|
 *
 * by least squares that are weighted by 1 / d and repeated. Choice: at most second order, which covers the
 * gradients of a studio and the fall-off of a lens; higher orders go astray inside, where there are no points.
 *
 * @param points At least six, not all on one conic section
 * @param order Of the surfaces
 * @returns The surface of each channel
 */
export function fitSurfaces({ x, y, values }: SurfacePoints, order: Order): Surface[] {
  const count = x.length;
  const rows = Array.from(x, (_, i) => termsAt(order, x[i]!, y[i]!)); // [N, terms]
  const weights = new Float64Array(count).fill(1);
  let fits: Float64Array[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    fits = solveWeighted(rows, values, weights);
    for (let i = 0; i < count; i++) {
      let distance = LEAST_DISTANCE;
      for (let c = 0; c < values.length; c++) {
        distance = Math.max(distance, Math.abs(values[c]![i]! - dot(fits[c]!, rows[i]!)));
      }
      weights[i] = 1 / distance;
    }
  }
  return fits.map(([a, b = 0, c = 0, d = 0, e = 0, f = 0]) => (x, y) =>
    a! + x * (b + d * x + e * y) + y * (c + f * y)
  );
}

function termsAt(order: Order, x: number, y: number): number[] {
  return [[1], [1, x, y], [1, x, y, x * x, x * y, y * y]][order]!;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < b.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** Solves the normal equations of each channel by elimination with pivots. */
function solveWeighted(
  rows: readonly number[][],
  values: readonly Float64Array[],
  weights: Float64Array,
): Float64Array[] {
  const terms = rows[0]!.length;
  const width = terms + values.length;
  const system = Array.from({ length: terms }, () => new Float64Array(width));
  for (const [i, row] of rows.entries()) {
    const weight = weights[i]!;
    for (let j = 0; j < terms; j++) {
      const factor = weight * row[j]!;
      const equation = system[j]!;
      for (let k = 0; k < terms; k++) equation[k]! += factor * row[k]!;
      for (let c = 0; c < values.length; c++) equation[terms + c]! += factor * values[c]![i]!;
    }
  }
  for (let pivot = 0; pivot < terms; pivot++) {
    let best = pivot;
    for (let j = pivot + 1; j < terms; j++) {
      if (Math.abs(system[j]![pivot]!) > Math.abs(system[best]![pivot]!)) best = j;
    }
    [system[pivot], system[best]] = [system[best]!, system[pivot]!];
    for (let j = 0; j < terms; j++) {
      if (j === pivot) continue;
      const factor = system[j]![pivot]! / system[pivot]![pivot]!;
      for (let k = pivot; k < width; k++) system[j]![k]! -= factor * system[pivot]![k]!;
    }
  }
  return values.map((_, c) =>
    Float64Array.from({ length: terms }, (_, j) => system[j]![terms + c]! / system[j]![j]!)
  );
}
