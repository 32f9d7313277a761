/**
 * Resizes square images, and grids.
 *
 * @module
 */

/** The source pixels of one new pixel and their weights. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Resizes a square image without aliasing: each new pixel is a weighted mean of its neighbourhood.
 *
 * Choice: a triangle two pixels of the coarser grid wide (bilinear with antialiasing, as in Pillow
 * and TensorFlow). It never overshoots the range, as sharper kernels do, and it upscales smoothly,
 * where plain area averaging gives blocks.
 *
 * @param values `[size, size]`, any range
 * @param size Side of the image
 * @param newSize Side of the result
 * @returns `[newSize, newSize]`, in the range of `values`
 */
export function resizeSquare(
  values: Float32Array,
  size: number,
  newSize: number,
): Float32Array {
  if (size === newSize) return values.slice();
  return resizeBy(triangleTaps(size, newSize), values, size);
}

/**
 * Resizes a cubic grid as `resizeSquare` does images.
 *
 * @param values `[size, size, size]`, any range
 * @param size Side of the grid
 * @param newSize Side of the result
 * @returns `[newSize, newSize, newSize]`, in the range of `values`
 */
export function resizeCube(values: Float32Array, size: number, newSize: number): Float32Array {
  if (size === newSize) return values.slice();
  const taps = triangleTaps(size, newSize);
  // The last axis is resized and goes first: [W', D, H], then [H', W', D], then [D', H', W'].
  return [1, 2, 3].reduce((grid) => resizeRows(grid, size, taps), values);
}

/**
 * Shrinks a square image: each new pixel is the mean of the area it covers.
 *
 * @param values `[size, size]`, any range
 * @param size Side of the image
 * @param newSize Side of the result, at most `size`
 * @returns `[newSize, newSize]`, in the range of `values`
 */
export function averageSquare(values: Float32Array, size: number, newSize: number): Float32Array {
  return resizeBy(areaTaps(size, newSize), values, size);
}

function resizeBy(taps: readonly Tap[], values: Float32Array, size: number): Float32Array {
  const rows = resizeRows(values, size, taps); // [size, newSize], transposed: [newSize, size]
  return resizeRows(rows, size, taps); // transposed again: [newSize, newSize]
}

function triangleTaps(size: number, newSize: number): Tap[] {
  const scale = size / newSize;
  const radius = Math.max(scale, 1);
  return Array.from({ length: newSize }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius));
    const last = Math.min(size - 1, Math.floor(centre + radius));
    const heights = Array.from(
      { length: last - first + 1 },
      (_, k) => Math.max(0, 1 - Math.abs(first + k - centre) / radius),
    );
    const total = heights.reduce((sum, height) => sum + height, 0);
    return { first, weights: heights.map((height) => height / total) };
  });
}

function areaTaps(size: number, newSize: number): Tap[] {
  const scale = size / newSize;
  return Array.from({ length: newSize }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    const first = Math.floor(start + 1e-9);
    const last = Math.ceil(end - 1e-9);
    const weights = Array.from(
      { length: last - first },
      (_, k) => (Math.min(end, first + k + 1) - Math.max(start, first + k)) / scale,
    );
    return { first, weights };
  });
}

/** Resizes each row `[rows, size]` and transposes: `[taps, rows]`. */
function resizeRows(values: Float32Array, size: number, taps: readonly Tap[]): Float32Array {
  const rowCount = values.length / size;
  const result = new Float32Array(taps.length * rowCount);
  for (const [column, { first, weights }] of taps.entries()) {
    for (let row = 0; row < rowCount; row++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[row * size + first + k]!;
      result[column * rowCount + row] = sum;
    }
  }
  return result;
}

/**
 * Rounds values in [0, 1] to bytes.
 *
 * @param values What to round
 * @param target Filled in; as long as `values`
 */
export function toBytes(values: ArrayLike<number>, target: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    target[i] = Math.round(Math.min(1, Math.max(0, values[i]!)) * 255);
  }
}
