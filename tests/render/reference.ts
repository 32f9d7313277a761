/** The renderer's equation written a second time: eight taps a point, float64, no tensors. */

/** A batch of grids and how they are seen. */
export interface Scene {
  /** Batch, depth, height, width. */
  readonly shape: readonly [number, number, number, number];
  /** `[B, D, H, W]` */
  readonly density: ArrayLike<number>;
  /** `[B]`, radians */
  readonly azimuth: ArrayLike<number>;
  /** `[B]`, radians; 0 unless given */
  readonly elevation?: ArrayLike<number>;
  /** Opacity of one unit of density. */
  readonly tau: number;
  /** Rows and columns of the images; those of the grid unless given. */
  readonly size?: readonly [number, number];
}

/**
 * Where a ray is sampled: `depths`, at each depth of the turned grid, as `projectTilted` does; `cells`,
 * at every cell of the way, as if the grid were turned by both angles and then summed up.
 */
export type Sampling = "depths" | "cells";

/**
 * Projects as the contracts of `projectVoxels` and `projectTilted` say; images `[B, H, W]`. Each
 * point of a ray is x right + y up + t forward, with the camera's directions.
 */
export function projectReference(
  { shape, density, azimuth, elevation, tau, size }: Scene,
  sampling: Sampling = "depths",
): Float64Array {
  const [batch, depth, height, width] = shape;
  const [rows, columns] = size ?? [height, width];
  const image = new Float64Array(batch * rows * columns);
  for (let b = 0; b < batch; b++) {
    const grid = Float64Array.from(
      { length: depth * height * width },
      (_, i) => density[b * depth * height * width + i]!,
    );
    const [cos, sin] = [Math.cos(azimuth[b]!), Math.sin(azimuth[b]!)];
    const raised = elevation?.[b] ?? 0;
    const [cosE, sinE] = [Math.cos(raised), Math.sin(raised)];
    const step = sampling === "cells" ? 1 : 1 / cosE; // from point to point, in cells
    for (let h = 0; h < rows; h++) {
      for (let w = 0; w < columns; w++) {
        let thickness = 0;
        for (let d = 0; d < depth; d++) {
          const x = (2 * w + 1) / columns - 1;
          const y = 1 - (2 * h + 1) / rows;
          const z = (2 * d + 1) / depth - 1;
          const t = sampling === "cells" ? z : (z - y * sinE) / cosE;
          const [up, away] = [y * cosE - t * sinE, y * sinE + t * cosE];
          const turned = [x * cos + away * sin, up, -x * sin + away * cos] as const;
          thickness += step * densityAt(grid, [depth, height, width], turned);
        }
        image[(b * rows + h) * columns + w] = 1 - Math.exp(-tau * thickness);
      }
    }
  }
  return image;
}

/** Projects as the contract of `projectMaximum` says: the greatest of the points of each ray. */
export function maximumReference(
  { shape: [batch, depth, height, width], density, azimuth }: Pick<
    Scene,
    "shape" | "density" | "azimuth"
  >,
): Float64Array {
  const cells = depth * height * width;
  const image = new Float64Array(batch * height * width);
  for (let i = 0; i < image.length; i++) {
    const [b, h, w] = [Math.floor(i / width / height), Math.floor(i / width) % height, i % width];
    const grid = Float64Array.from({ length: cells }, (_, cell) => density[b * cells + cell]!);
    const [cos, sin] = [Math.cos(azimuth[b]!), Math.sin(azimuth[b]!)];
    for (let d = 0; d < depth; d++) {
      const [x, y, z] = [
        (2 * w + 1) / width - 1,
        1 - (2 * h + 1) / height,
        (2 * d + 1) / depth - 1,
      ];
      const turned = [x * cos + z * sin, y, -x * sin + z * cos] as const;
      image[i] = Math.max(image[i]!, densityAt(grid, [depth, height, width], turned));
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
