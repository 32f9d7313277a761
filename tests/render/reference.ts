/** The renderer's equation written a second time: eight taps a point, float64, no tensors. */

/** A batch of grids and how they are seen. */
export interface Scene {
  /** Batch, depth, height, width. */
  readonly shape: readonly [number, number, number, number];
  /** `[B, D, H, W]` */
  readonly density: ArrayLike<number>;
  /** `[B]`, radians */
  readonly azimuth: ArrayLike<number>;
  /** Opacity of one unit of density. */
  readonly tau: number;
}

/** Projects as the contract of `projectVoxels` says; pictures `[B, H, W]`. */
export function projectReference({ shape, density, azimuth, tau }: Scene): Float64Array {
  const [batch, depth, height, width] = shape;
  const image = new Float64Array(batch * height * width);
  for (let b = 0; b < batch; b++) {
    const grid = Float64Array.from(
      { length: depth * height * width },
      (_, i) => density[b * depth * height * width + i]!,
    );
    const [cos, sin] = [Math.cos(azimuth[b]!), Math.sin(azimuth[b]!)];
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        let thickness = 0;
        for (let d = 0; d < depth; d++) {
          const x = (2 * w + 1) / width - 1;
          const y = 1 - (2 * h + 1) / height;
          const z = (2 * d + 1) / depth - 1;
          const turned = [x * cos + z * sin, y, -x * sin + z * cos] as const;
          thickness += densityAt(grid, [depth, height, width], turned);
        }
        image[(b * height + h) * width + w] = 1 - Math.exp(-tau * thickness);
      }
    }
  }
  return image;
}

/** Trilinear between the centres of eight cells; cells outside the grid are empty. */
function densityAt(
  grid: Float64Array,
  [depth, height, width]: readonly [number, number, number],
  [x, y, z]: readonly [number, number, number],
): number {
  const w = (x + 1) * width / 2 - 0.5;
  const h = (1 - y) * height / 2 - 0.5;
  const d = (z + 1) * depth / 2 - 0.5;
  let sum = 0;
  for (const nearD of [Math.floor(d), Math.floor(d) + 1]) {
    for (const nearH of [Math.floor(h), Math.floor(h) + 1]) {
      for (const nearW of [Math.floor(w), Math.floor(w) + 1]) {
        const isInside = nearD >= 0 && nearD < depth && nearH >= 0 && nearH < height &&
          nearW >= 0 && nearW < width;
        if (!isInside) continue;
        const weight = (1 - Math.abs(d - nearD)) * (1 - Math.abs(h - nearH)) *
          (1 - Math.abs(w - nearW));
        sum += weight * grid[(nearD * height + nearH) * width + nearW]!;
      }
    }
  }
  return sum;
}
