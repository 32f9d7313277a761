/**
 * The one object of a photograph: where it is, how bright it is, or why it cannot be told.
 *
 * @module
 */
import { findGround, type Ground } from "./ground.ts";
import { largestAround, type MaskSize, regionsOf } from "./regions.ts";
import { groundWithShadows } from "./shadow.ts";
import { lumaOfChannels, type Photograph } from "./scaled.ts";

/** An object that stands out from its ground. */
export interface FoundObject extends MaskSize {
  /** `[H, W]`: the share of each pixel that it covers. */
  readonly opacity: Float32Array;
  /** `[H, W]`, its brightness in [0, 1] multiplied by `opacity`: how it looks on black. */
  readonly luma: Float32Array;
}

/** Why no object could be cut out of a photograph, and what helps. */
export const FAULTS = {
  "no plain ground":
    "its background is not plain; photograph it against one colour, or make the background transparent",
  "nothing on its ground":
    "nothing stands out from its background; photograph it against another colour",
  "several objects": "it shows several objects; crop it to one",
  "cut off": "the border cuts its object off; show all of it, with some background around it",
} as const;

/** Why no object could be cut out of a photograph. */
export type Fault = keyof typeof FAULTS;

/** Share of an image's pixels that must be transparent for its opacity to be the silhouette. */
const LEAST_CLEAR = 0.02;

/** Sides of images in which no ground is looked for: they have too little border. */
const LEAST_SIDE = 8;

/** How far the soft edge of an object may reach, in pixels; a blur that is wider is part of the object. */
const WIDEST_EDGE = 4;

/** Share of the image's longer side that separates objects: parts that are nearer belong together. */
const GAP = 0.08;

/** Share of the largest object's area below which others are dust. */
const DUST = 0.02;

/** Share of the image that an object must cover. */
const LEAST_AREA = 0.001;

/** Cells along the longest side of an object in the model's images, as `frame.ts` scales it. */
const CELLS = 20;

/** Share of the object's extent along a border that may touch it: what is round touches in a point. */
const TOUCH = 0.05;

/** Share of the image's longer side within which an object that is cropped to its edges ends. */
const SLACK = 0.01;

/**
 * Finds the object of a photograph.
 *
 * Where at least 2 % of the pixels are transparent, opacity is the silhouette. Elsewhere it is what differs
 * from the ground (`ground.ts`), and the soft edge is read from the difference: a pixel that differs half as
 * much as its neighbourhood at most is half covered.
 *
 * Choice: what has the ground's colour is ground, also where the object encloses it, such as inside a
 * handle; but enclosed spots that would fill less than half a pixel of the model's image are highlights
 * and are filled. Dust is removed: whatever has less than 2 % of the largest object's area.
 * Choice: an object that touches one side of the image and not the opposite one is cut off; one that reaches
 * both is taken to be cropped to its edges.
 */
export function findObject(photograph: Photograph): FoundObject | Fault {
  const { width, height, channels, opacity: given } = photograph;
  const size = { width, height };
  const clear = given.reduce((sum, value) => sum + Number(value < 0.5), 0);
  let [opacity, ground]: [Float32Array, Ground | undefined] = [given, undefined];
  if (clear < LEAST_CLEAR * given.length) {
    ground = Math.min(width, height) < LEAST_SIDE ? undefined : findGround(photograph);
    if (!ground?.isPlain) return "no plain ground";
    opacity = opacityOn(ground, groundWithShadows(photograph, ground), size);
  }
  const mask = Uint8Array.from(opacity, (value) => Number(value >= 0.5));
  const fault = keepOneObject(mask, size);
  if (fault) return fault;
  const filled = fillSpots(mask, size);
  if (isCutOff(mask, size)) return "cut off";
  const near = largestAround(mask, size, WIDEST_EDGE); // edges reach beyond the mask
  opacity = opacity.map((value, i) => filled[i] ? 1 : near[i] ? value : 0);
  const luma = lumaOfChannels(channels).map((value, i) => {
    const behind = ground ? (1 - opacity[i]!) * ground.luma[i]! : 0;
    return Math.min(opacity[i]!, Math.max(0, value - behind));
  });
  return { ...size, opacity, luma };
}

/** Gives the share of each pixel that is not ground. */
function opacityOn({ difference }: Ground, isGround: Uint8Array, size: MaskSize): Float32Array {
  const reach = edgeReach(difference, isGround, size);
  const isNearGround = largestAround(isGround, size, reach);
  const contrast = largestAround(difference, size, reach);
  return difference.map((value, i) => isGround[i] ? 0 : isNearGround[i] ? value / contrast[i]! : 1);
}

/**
 * Measures how far edges reach, in pixels: half of the contrast over the steepest slope, in the median over
 * the pixels beside the ground; 1 for sharp edges, whose slope between two neighbours of a pixel is half the
 * contrast. A wider reach than needed would take light parts beside dark ones for an edge.
 */
function edgeReach(difference: Float32Array, isGround: Uint8Array, size: MaskSize): number {
  const { width } = size;
  const slopes = difference.map((_, i) => {
    const at = (k: number) => difference[Math.min(Math.max(k, 0), difference.length - 1)]!;
    return Math.max(Math.abs(at(i + 1) - at(i - 1)), Math.abs(at(i + width) - at(i - width))) / 2;
  });
  const steepest = largestAround(slopes, size, WIDEST_EDGE);
  const contrast = largestAround(difference, size, WIDEST_EDGE);
  const isBeside = largestAround(isGround, size, 1);
  const widths = contrast.map((value, i) => value / steepest[i]!)
    .filter((_, i) => isBeside[i] && !isGround[i])
    .sort();
  const median = widths.length > 0 ? widths[Math.floor(widths.length / 2)]! : 0;
  return Math.min(WIDEST_EDGE, Math.max(1, Math.round(median / 2)));
}

/** Clears dust from a mask; tells if nothing or several objects are left. */
function keepOneObject(mask: Uint8Array, size: MaskSize): Fault | undefined {
  const reach = Math.round(GAP / 2 * Math.max(size.width, size.height));
  const { labels, count } = regionsOf(largestAround(mask, size, reach), size);
  const areas = new Float64Array(count);
  mask.forEach((set, i) => set && areas[labels[i]!]!++);
  const largest = areas.reduce((most, area) => Math.max(most, area), 0);
  if (largest < LEAST_AREA * mask.length) return "nothing on its ground";
  if (areas.filter((area) => area >= DUST * largest).length > 1) return "several objects";
  mask.forEach((set, i) => {
    if (set && areas[labels[i]!]! < DUST * largest) mask[i] = 0;
  });
  return undefined;
}

/** Fills small spots that a mask encloses; tells which pixels were filled. */
function fillSpots(mask: Uint8Array, size: MaskSize): Uint8Array {
  const { width, height } = size;
  const { labels, count } = regionsOf(mask.map((set) => 1 - set), size);
  const areas = new Float64Array(count);
  labels.forEach((label, i) => {
    if (label < 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    const isOuter = x === 0 || y === 0 || x === width - 1 || y === height - 1;
    areas[label]! += isOuter ? Infinity : 1;
  });
  const { left, right, top, bottom } = boxOf(mask, size);
  const cell = Math.max(right - left, bottom - top) / CELLS;
  const filled = Uint8Array.from(labels, (label) => Number(areas[label]! < cell ** 2 / 2));
  filled.forEach((isSpot, i) => mask[i]! |= isSpot);
  return filled;
}

function isCutOff(mask: Uint8Array, size: MaskSize): boolean {
  const { width, height } = size;
  const { left, right, top, bottom } = boxOf(mask, size);
  const touches = (start: number, step: number, count: number, extent: number) => {
    let touching = 0;
    for (let i = 0; i < count; i++) touching += mask[start + i * step]!;
    return touching >= Math.max(2, TOUCH * extent);
  };
  const [across, down] = [right - left, bottom - top];
  const slack = Math.max(1, SLACK * Math.max(width, height));
  return (touches(0, 1, width, across) && height - bottom > slack) ||
    (touches((height - 1) * width, 1, width, across) && top > slack) ||
    (touches(0, width, height, down) && width - right > slack) ||
    (touches(width - 1, width, height, down) && left > slack);
}

/** The box around the set pixels of a mask; `right` and `bottom` are one past the last. */
export function boxOf(mask: Uint8Array, { width }: MaskSize) {
  const box = { left: Infinity, right: 0, top: Infinity, bottom: 0 };
  mask.forEach((set, i) => {
    if (!set) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
  });
  return box;
}
