/**
 * Soft shadows on the ground of a photograph.
 *
 * @module
 */
import type { Ground } from "./ground.ts";
import type { MaskSize } from "./regions.ts";
import { lumaOfChannels, type Photograph } from "./scaled.ts";

/** Share of the ground's light that a shadow takes at most; what is darker is an object. */
const DARKEST_SHADOW = 0.5;

/** Share of the threshold by which neighbouring pixels of a smoothed shadow may differ. */
const LARGEST_STEP = 0.5;

/**
 * Gives the ground with the shadows on it: what is darker than the ground, of its hue, and without an edge
 * towards it. Starting from what the threshold leaves, it grows over neighbours that
 *
 * - have the ground's colour times a number from 0.5 to 1, within the threshold, and
 * - differ by at most the threshold, and by half of it in the mean over 3 by 3 pixels.
 *
 * An object has an edge where a soft shadow has none. Choice: a shadow is taken for one only if it is no
 * larger than what then remains; else the growth went through a faint edge and over the object.
 *
 * @returns `[H, W]`, 1 where the ground is, in light or shadow
 */
export function groundWithShadows(photograph: Photograph, ground: Ground): Uint8Array {
  const { width, height, channels } = photograph;
  const { difference, threshold, luma, colours } = ground;
  const lit = Uint8Array.from(difference, (value) => Number(value <= threshold));
  const light = lumaOfChannels(channels);
  const isShade = (at: number) => {
    const share = light[at]! / luma[at]!;
    if (!(share >= DARKEST_SHADOW && share <= 1)) return false;
    return channels.every((channel, c) =>
      Math.abs(channel[at]! - share * colours[c]![at]!) <= threshold
    );
  };
  const smooth = meanAround(difference, photograph);
  const shaded = lit.slice();
  const queue = new Int32Array(lit.length);
  let length = 0;
  lit.forEach((set, at) => {
    if (set) queue[length++] = at;
  });
  for (let head = 0; head < length; head++) {
    const from = queue[head]!;
    const x = from % width;
    const visit = (at: number) => {
      if (shaded[at] || !isShade(at)) return;
      if (Math.abs(difference[at]! - difference[from]!) > threshold) return;
      if (Math.abs(smooth[at]! - smooth[from]!) > LARGEST_STEP * threshold) return;
      shaded[at] = 1;
      queue[length++] = at;
    };
    if (x > 0) visit(from - 1);
    if (x < width - 1) visit(from + 1);
    if (from >= width) visit(from - width);
    if (from < (height - 1) * width) visit(from + width);
  }
  const count = (mask: Uint8Array) => mask.reduce((sum, set) => sum + set, 0);
  const [withShadows, without] = [count(shaded), count(lit)];
  return withShadows - without <= lit.length - withShadows ? shaded : lit;
}

/** Means over 3 by 3 pixels, fewer at the border. */
function meanAround(values: Float32Array, { width, height }: MaskSize): Float32Array {
  const along = (
    from: Float32Array,
    step: number,
    isFirst: (at: number) => boolean,
    isLast: (at: number) => boolean,
  ) =>
    from.map((value, at) => {
      const before = isFirst(at) ? value : from[at - step]!;
      const behind = isLast(at) ? value : from[at + step]!;
      return (before + value + behind) / 3;
    });
  const rows = along(values, 1, (at) => at % width === 0, (at) => at % width === width - 1);
  return along(rows, width, (at) => at < width, (at) => at >= (height - 1) * width);
}
