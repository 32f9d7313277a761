/**
 * Exact distances on a grid, from each cell to the nearest of some cells.
 *
 * @module
 */

/**
 * Gives the squared distance, in cells, between each cell and the nearest set cell, centre to
 * centre.
 *
 * Paper: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions" (2012). The squared
 * distance is a sum over the axes, so one pass along each axis makes it exact: a pass replaces every
 * line f by min over q of (p - q)^2 + f(q), the lower envelope of parabolas, in linear time.
 *
 * @param cells `[size, size, size]`, set where not 0
 * @param size The grid's side
 * @returns `[size, size, size]`; infinite everywhere if no cell is set
 * @throws {TypeError} If cells does not have size^3 values
 */
export function squaredDistances(cells: ArrayLike<number>, size: number): Float64Array {
  if (cells.length !== size ** 3) {
    throw new TypeError(
      `Cannot measure distances: cells must have ${size}^3 = ${size ** 3} values, ` +
        `got ${cells.length}`,
    );
  }
  const squared = Float64Array.from(cells, (cell) => cell !== 0 ? 0 : Infinity);
  const line = new Float64Array(size);
  const envelope = { apexes: new Int32Array(size), ends: new Float64Array(size + 1) };
  for (const stride of [1, size, size ** 2]) {
    for (let start = 0; start < squared.length; start++) {
      if (Math.floor(start / stride) % size !== 0) continue; // a line starts at index 0 of its axis
      for (let i = 0; i < size; i++) line[i] = squared[start + i * stride]!;
      const count = lowerEnvelope(line, envelope);
      for (let i = 0, k = 0; count > 0 && i < size; i++) {
        while (envelope.ends[k + 1]! < i) k++;
        const apex = envelope.apexes[k]!;
        squared[start + i * stride] = (i - apex) ** 2 + line[apex]!;
      }
    }
  }
  return squared;
}

/** Finds the parabolas of the lower envelope, from left to right; gives their number. */
function lowerEnvelope(
  line: Float64Array,
  { apexes, ends }: { apexes: Int32Array; ends: Float64Array },
): number {
  let count = 0;
  for (let q = 0; q < line.length; q++) {
    if (line[q] === Infinity) continue;
    let start = -Infinity;
    while (count > 0) {
      const p = apexes[count - 1]!;
      start = (line[q]! + q * q - line[p]! - p * p) / (2 * (q - p)); // where the two intersect
      if (start > ends[count - 1]!) break;
      count--;
    }
    apexes[count] = q;
    ends[count] = count === 0 ? -Infinity : start;
    ends[++count] = Infinity;
  }
  return count;
}
