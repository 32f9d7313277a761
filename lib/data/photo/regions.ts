/**
 * Regions of masks: what belongs together, and what is near.
 *
 * @module
 */

/** The size of an image. */
export interface MaskSize {
  readonly width: number;
  readonly height: number;
}

/** The regions of a mask. */
export interface Regions {
  /** `[H, W]`, the region of each pixel, from 0; -1 outside the mask. */
  readonly labels: Int32Array;
  /** How many there are. */
  readonly count: number;
}

/** Finds the regions of set pixels that touch along their sides, in the order of their first pixels. */
export function regionsOf(mask: Uint8Array, { width, height }: MaskSize): Regions {
  const labels = new Int32Array(mask.length).fill(-1);
  const queue = new Int32Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== -1) continue;
    let length = 0;
    const visit = (at: number) => {
      if (mask[at] === 0 || labels[at] !== -1) return;
      labels[at] = count;
      queue[length++] = at;
    };
    visit(start);
    for (let head = 0; head < length; head++) {
      const at = queue[head]!;
      const [x, y] = [at % width, Math.floor(at / width)];
      if (x > 0) visit(at - 1);
      if (x < width - 1) visit(at + 1);
      if (y > 0) visit(at - width);
      if (y < height - 1) visit(at + width);
    }
    count++;
  }
  return { labels, count };
}

/**
 * Gives the largest value of each pixel's neighbourhood, a square that reaches `reach` pixels to each side
 * and ends at the image's border. Of a mask, that is the mask grown by so much.
 */
export function largestAround<Values extends Float32Array | Uint8Array>(
  values: Values,
  { width, height }: MaskSize,
  reach: number,
): Values {
  const along = (from: Values, count: number, length: number, stride: number, step: number) => {
    const result = from.slice() as Values;
    for (let line = 0; line < count; line++) {
      for (let i = 0; i < length; i++) {
        let most = 0;
        const last = Math.min(length - 1, i + reach);
        for (let k = Math.max(0, i - reach); k <= last; k++) {
          const value = from[line * stride + k * step]!;
          if (value > most) most = value;
        }
        result[line * stride + i * step] = most;
      }
    }
    return result;
  };
  return along(along(values, height, width, width, 1), width, height, 1, width);
}
