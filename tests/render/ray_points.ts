/** Points of rays in float64, from eight taps each, for the tests of renderers that read them. */

/** A grid of each image, and where its camera stands. */
export interface PointScene {
  /** `[B, D, H, W]` */
  readonly shape: readonly [number, number, number, number];
  /** Radians `[B]`. */
  readonly azimuth: ArrayLike<number>;
  /** Radians `[B]`; level unless given. */
  readonly elevation?: ArrayLike<number>;
}

/** Reads grids at the points of their rays: `[B, H, W, D]`, as `samplerAlong` is to. */
export function readPoints(
  { shape: [batch, depth, height, width], azimuth, elevation }: PointScene,
  grid: ArrayLike<number>,
): Float64Array {
  const centre = (index: number, count: number) => (2 * index + 1) / count - 1;
  const place = (coordinate: number, count: number) => (coordinate + 1) * count / 2 - 0.5;
  const tap = (at: number, cell: number) => Math.max(0, 1 - Math.abs(at - cell));
  const points = new Float64Array(batch * height * width * depth);
  for (let i = 0; i < points.length; i++) {
    const [b, h] = [Math.floor(i / depth / width / height), Math.floor(i / depth / width) % height];
    const [w, k] = [Math.floor(i / depth) % width, i % depth];
    const [cosA, sinA] = [Math.cos(azimuth[b]!), Math.sin(azimuth[b]!)];
    const raised = elevation?.[b] ?? 0;
    const [x, z] = [centre(w, width), centre(k, depth)];
    const y = -centre(h, height) / Math.cos(raised) - z * Math.tan(raised);
    const column = place(x * cosA + z * sinA, width);
    const far = place(-x * sinA + z * cosA, depth);
    const row = place(-y, height);
    for (let cell = 0; cell < depth * height * width; cell++) {
      const [d, r, c] = [
        Math.floor(cell / width / height),
        Math.floor(cell / width) % height,
        cell % width,
      ];
      const weight = tap(far, d) * tap(row, r) * tap(column, c);
      if (weight > 0) points[i]! += weight * grid[b * depth * height * width + cell]!;
    }
  }
  return points;
}
