/** Solids for tests of scores; none looks the same from two sides. */
import type { Solids } from "@/study/score/alignment.ts";
import { createRandom } from "@/engine/random.ts";

/** A grid of one shape: a box off the axis, with a post on one corner. */
export function boxWithPost(size: number, seed = 1): Uint8Array {
  const random = createRandom(seed);
  const part = (low: number, high: number) => Math.round(size * random.uniform(low, high));
  const [left, right] = [part(0.2, 0.3), part(0.6, 0.8)];
  const [near, far] = [part(0.3, 0.4), part(0.55, 0.7)];
  const [top, bottom] = [part(0.5, 0.6), part(0.75, 0.9)];
  const thickness = Math.ceil(size / 6);
  return gridOf(size, (d, h, w) => {
    const isBox = d >= near && d < far && h >= top && h < bottom && w >= left && w < right;
    const isPost = d >= far - thickness && d < far && w >= left && w < left + thickness;
    return isBox || (isPost && h >= size / 6 && h < top);
  });
}

/** A ball in the middle of a grid, with its radius in cells. */
export function ball(size: number, radius: number): Uint8Array {
  const middle = (size - 1) / 2;
  return gridOf(
    size,
    (d, h, w) => Math.hypot(d - middle, h - middle, w - middle) <= radius,
  );
}

/** Sets the cells of a grid `[size, size, size]` that satisfy a rule. */
export function gridOf(
  size: number,
  isSet: (d: number, h: number, w: number) => boolean,
): Uint8Array {
  return Uint8Array.from(
    { length: size ** 3 },
    (_, i) => isSet(Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size) ? 1 : 0,
  );
}

/** True shapes, each seen from its own azimuth. */
export function trueSolids(count: number, size: number, seed = 1): Solids {
  const random = createRandom(seed);
  const occupancy = new Uint8Array(count * size ** 3);
  for (let item = 0; item < count; item++) {
    occupancy.set(boxWithPost(size, seed + item), item * size ** 3);
  }
  const azimuths = Float32Array.from({ length: count }, () => random.uniform(0, 2 * Math.PI));
  return { size, occupancy, azimuths };
}
