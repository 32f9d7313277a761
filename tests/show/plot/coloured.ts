/** Counts pixels by colour. */
import type { Bitmap } from "@/show/plot/bitmap.ts";

/** Counts the pixels of a colour, such as `#0072b2`, up to a difference of one level. */
export function countColoured({ pixels }: Bitmap, colour: string): number {
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    count += Number(wanted.every((value, c) => Math.abs(value - pixels[i + c]!) < 4));
  }
  return count;
}
