/**
 * An object as the model sees it: bright on black, centred, with a margin.
 *
 * @module
 */
import { averageSquare, resizeSquare } from "@/data/resize.ts";
import { boxOf, type FoundObject } from "./silhouette.ts";

/**
 * Share of the image that an object's longest side takes. Choice: 20 of 28 pixels, as in MNIST; renders of
 * solids and meshes take 17 to 26 (measured on the test splits). It leaves room to turn: the diagonal of a
 * square block 20 pixels wide is 28 long.
 */
const LONGEST_SHARE = 20 / 28;

/** Share of the image from its centre to where objects end at most: a pixel of 28 before the border. */
const FARTHEST_SHARE = 13 / 28;

/**
 * Brightness of the darkest parts. Choice: 0.3, as in renders of meshes (`mesh/rasterise.ts`), so that black
 * cloth stands out from the ground: half covered pixels still exceed the 0.12 of `render/silhouette.ts`.
 */
const DARKEST = 0.3;

/** Share of an object's pixels that are no brighter than what becomes white. */
const WHITE_QUANTILE = 0.95;

/**
 * Gives an object as the model sees it.
 *
 * brightness = min(1, max(0.3, luma) / w), with w the 95 % quantile of max(0.3, luma) over the object
 *
 * Choice: the object keeps its own light and dark, but its brightest parts are white: how bright a
 * photograph is as a whole is a matter of its exposure, brightness is matter to methods without texture, and
 * a black pen stroke on paper is then what a white one on black is. Centring by the centre of mass of the
 * silhouette, as in MNIST: from every azimuth it is near the same point of the object, as the middle of its
 * box is not. Applied to its own result, it changes next to nothing.
 *
 * @param object What was found in a photograph
 * @param size S, the side of the image
 * @returns `[S, S]`, values in [0, 1], black outside the object
 */
export function frameObject(object: FoundObject, size: number): Float32Array {
  const values = exposed(object);
  const { left, top, side } = windowOf(object);
  const { width, height } = object;
  const square = new Float32Array(side * side);
  for (let row = Math.max(0, -top); row < side && top + row < height; row++) {
    for (let column = Math.max(0, -left); column < side && left + column < width; column++) {
      square[row * side + column] = values[(top + row) * width + left + column]!;
    }
  }
  return side > size ? averageSquare(square, side, size) : resizeSquare(square, side, size);
}

/** Gives the brightness of each pixel, multiplied by opacity. */
function exposed({ opacity, luma }: FoundObject): Float32Array {
  const lifted = luma.map((value, i) => Math.max(DARKEST * opacity[i]!, value));
  const inside = lifted.filter((_, i) => opacity[i]! >= 0.5).sort();
  const white = inside[Math.floor(WHITE_QUANTILE * (inside.length - 1))]!;
  return lifted.map((value, i) => Math.min(opacity[i]!, value / white));
}

/** Chooses the square of the photograph that becomes the image; it may exceed the photograph. */
function windowOf({ width, height, opacity }: FoundObject) {
  const mask = Uint8Array.from(opacity, (value) => Number(value >= 0.5));
  const box = boxOf(mask, { width, height });
  let [mass, x, y] = [0, 0, 0];
  opacity.forEach((value, i) => {
    mass += value;
    x += value * (i % width + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  [x, y] = [x / mass, y / mass];
  const longest = Math.max(box.right - box.left, box.bottom - box.top);
  const farthest = Math.max(x - box.left, box.right - x, y - box.top, box.bottom - y);
  const side = Math.ceil(Math.max(longest / LONGEST_SHARE, farthest / FARTHEST_SHARE));
  return { left: Math.round(x - side / 2), top: Math.round(y - side / 2), side };
}
