/**
 * Overlap of two solids, or of two silhouettes.
 *
 * @module
 */

/** Step from one threshold to the next. */
const STEP = 1 / 50;

/** The thresholds to try: 0.02, 0.04 and so on to 0.98. */
export const THRESHOLDS: readonly number[] = Array.from(
  { length: 49 },
  (_, i) => (i + 1) * STEP,
);

/**
 * Gives the intersection over union of two solids; 1 if both are empty, since they are then equal.
 *
 * @param threshold Least value of a set cell, in both
 */
export function intersectionOverUnion(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  threshold = 0.5,
): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i]! >= threshold, b[i]! >= threshold];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 1 : both / either;
}

/**
 * Gives the intersection over union of a soft solid with a true one, for every threshold at once:
 * one pass counts cells by the largest threshold that they reach.
 *
 * @param soft Values in [0, 1]
 * @param truth As many, 0 or 1
 * @returns One for each of `THRESHOLDS`
 */
export function overlapsByThreshold(
  soft: ArrayLike<number>,
  truth: ArrayLike<number>,
): Float64Array {
  const bins = THRESHOLDS.length + 1;
  const counts = new Uint32Array(2 * bins); // by bin, of empty cells and of set ones
  for (let i = 0; i < truth.length; i++) {
    const bin = Math.min(THRESHOLDS.length, Math.floor(soft[i]! / STEP + 1e-6));
    counts[2 * bin + truth[i]!]!++;
  }
  const trueCells = counts.reduce((sum, count, i) => i % 2 === 1 ? sum + count : sum, 0);
  const overlaps = new Float64Array(THRESHOLDS.length);
  for (let bin = bins - 1, both = 0, onlySoft = 0; bin > 0; bin--) {
    onlySoft += counts[2 * bin]!;
    both += counts[2 * bin + 1]!;
    const either = trueCells + onlySoft;
    overlaps[bin - 1] = either === 0 ? 1 : both / either;
  }
  return overlaps;
}

/** Sets the cells that reach a threshold of `THRESHOLDS`, with its tolerance. */
export function cellsReaching(threshold: number, soft: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(soft, (value) => value / STEP + 1e-6 >= threshold / STEP ? 1 : 0);
}
