/** Counts pixels of images by colour. */
import type { Bitmap } from "@/show/plot/bitmap.ts";

/** Counts the pixels that have a colour, such as `#0072b2`, but for the odd unit. */
export function countColoured({ pixels }: Bitmap, colour: string): number {
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    count += Number(wanted.every((value, c) => Math.abs(value - pixels[i + c]!) < 4));
  }
  return count;
}
