/**
 * Shapes from a silhouette without learning, which any model should beat.
 *
 * @module
 */

/** Least brightness of a pixel that belongs to the object. */
const INSIDE = 0.5;

/**
 * Extrudes a silhouette along the line of sight, in the middle of the grid.
 *
 * @param silhouette `[size, size]` in [0, 1]
 * @param size The side of image and grid
 * @param depth In cells, from 1 to `size`; rounded so that the shape is centred
 * @returns `[size, size, size]`, 0 or 1, in the frame of the viewer at azimuth 0
 */
export function extrudeSilhouette(
  silhouette: ArrayLike<number>,
  size: number,
  depth: number,
): Uint8Array {
  return solidOf(
    size,
    (d, h, w) => Math.abs(2 * d + 1 - size) < depth + 1e-9 && silhouette[h * size + w]! >= INSIDE,
  );
}

/**
 * Revolves a silhouette about the grid's vertical axis: a cell is set if the silhouette covers the
 * point at the same height and the same distance from the axis, on either side.
 *
 * @param silhouette `[size, size]` in [0, 1]
 * @param size The side of image and grid
 * @returns `[size, size, size]`, 0 or 1; it looks the same from every azimuth
 */
export function revolveSilhouette(silhouette: ArrayLike<number>, size: number): Uint8Array {
  const middle = (size - 1) / 2;
  return solidOf(size, (d, h, w) => {
    const radius = Math.hypot(d - middle, w - middle);
    const isSet = (column: number) => silhouette[h * size + column]! >= INSIDE;
    const [left, right] = [Math.round(middle - radius), Math.round(middle + radius)];
    return (left >= 0 && isSet(left)) || (right < size && isSet(right));
  });
}

/**
 * Finds the most similar of other images for each image, by squared difference.
 *
 * @param images `[N, pixels]`
 * @param others `[M, pixels]`, at least one
 * @param pixels Pixels of an image
 * @returns `[N]`, indices of `others`; the first on a tie
 */
export function nearestImages(
  images: Float32Array,
  others: Float32Array,
  pixels: number,
): Uint32Array {
  return Uint32Array.from({ length: images.length / pixels }, (_, item) => {
    let [nearest, least] = [0, Infinity];
    for (let other = 0; other < others.length / pixels; other++) {
      let sum = 0;
      for (let i = 0; i < pixels && sum < least; i++) {
        sum += (images[item * pixels + i]! - others[other * pixels + i]!) ** 2;
      }
      if (sum < least) [nearest, least] = [other, sum];
    }
    return nearest;
  });
}

function solidOf(size: number, isSet: (d: number, h: number, w: number) => boolean): Uint8Array {
  return Uint8Array.from(
    { length: size ** 3 },
    (_, i) => isSet(Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size) ? 1 : 0,
  );
}
