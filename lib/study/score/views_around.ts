/**
 * Comparisons of views of shapes from all around: with a shape's own view, and with the truth.
 *
 * @module
 */
import { intersectionOverUnion } from "./overlap.ts";

/** Views of N shapes from V equally spaced azimuths; the first is the image's own. */
export interface ViewsAround {
  /** `[N, V, pixels]` in [0, 1]. */
  readonly values: Float32Array;
  /** N. */
  readonly count: number;
  /** V. */
  readonly views: number;
}

/**
 * Gives the mean squared difference of a pixel between each shape's own view and all its others:
 * near 0 if a shape looks the same from everywhere.
 */
export function differenceFromOwnView(around: ViewsAround): number {
  const { count, views } = around;
  let sum = 0;
  for (let item = 0; item < count; item++) {
    const own = viewAt(around, item, 0);
    for (let view = 1; view < views; view++) {
      sum += meanSquaredDifference(own, viewAt(around, item, view));
    }
  }
  return sum / (count * (views - 1));
}

/**
 * Gives the mean intersection over union of silhouettes in views that no image showed, for the better
 * direction of turning of each shape.
 *
 * mean over items of max over s in {1, -1} of mean over v of IoU(predicted[s v], truth[v])
 *
 * Choice: the direction is chosen for each shape, for every method alike. A shape with reversed depth
 * that turns the other way has the same silhouettes from a level camera, so no image tells which of the
 * two it shows.
 *
 * @param predicted Views of the predicted shapes
 * @param truth Views of the true shapes, the same number
 * @param options `every`: only every so many views count, without the own one
 */
export function novelViewOverlap(
  predicted: ViewsAround,
  truth: ViewsAround,
  { every }: { every: number },
): number {
  let sum = 0;
  for (let item = 0; item < truth.count; item++) {
    const { forwards, backwards } = overlapsByDirection(predicted, truth, { item, every });
    sum += Math.max(forwards, backwards);
  }
  return sum / truth.count;
}

/**
 * Gives the mean intersection over union of one shape's silhouettes for both directions of turning.
 *
 * @param predicted Views of the predicted shapes
 * @param truth Views of the true shapes, the same number
 * @param options `item`: which of them; `every`: only every so many views count, without the own one
 */
export function overlapsByDirection(
  predicted: ViewsAround,
  truth: ViewsAround,
  { item, every }: { item: number; every: number },
): Record<"forwards" | "backwards", number> {
  const { views } = truth;
  let [forwards, backwards, compared] = [0, 0, 0];
  for (let view = every; view < views; view += every, compared++) {
    const seen = viewAt(truth, item, view);
    forwards += intersectionOverUnion(viewAt(predicted, item, view), seen);
    backwards += intersectionOverUnion(viewAt(predicted, item, views - view), seen);
  }
  return { forwards: forwards / compared, backwards: backwards / compared };
}

/** Gives one view, without a copy. */
export function viewAt(
  { values, count, views }: ViewsAround,
  item: number,
  view: number,
): Float32Array {
  const pixels = values.length / (count * views);
  const start = (item * views + view) * pixels;
  return values.subarray(start, start + pixels);
}

/** Gives the mean squared difference of two images' pixels. */
export function meanSquaredDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
