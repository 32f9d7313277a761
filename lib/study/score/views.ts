/**
 * Views of shapes from all around, compared: does a shape look like itself only, or like the truth?
 *
 * @module
 */
import { intersectionOverUnion } from "./overlap.ts";

/** Views of N shapes, from V azimuths in equal steps around each; the first is the image's own. */
export interface ViewsAround {
  /** `[N, V, pixels]` in [0, 1]. */
  readonly values: Float32Array;
  /** N. */
  readonly count: number;
  /** V. */
  readonly views: number;
}

/**
 * Gives the mean squared difference of a pixel between each shape's own view and all its others: near 0
 * where a shape looks the same from everywhere.
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
 * Gives the mean intersection over union of silhouettes in views that no image showed.
 *
 * @param predicted Views of a model's shapes
 * @param truth Views of the true ones, as many
 * @param options `every`: which views count, every how many, the own view left out; `isMirrored`: the
 *   claimed shapes have their depth reversed, so that they turn the other way round
 */
export function novelViewOverlap(
  predicted: ViewsAround,
  truth: ViewsAround,
  { every, isMirrored }: { every: number; isMirrored: boolean },
): number {
  const { count, views } = truth;
  let [sum, compared] = [0, 0];
  for (let item = 0; item < count; item++) {
    for (let view = every; view < views; view += every, compared++) {
      const seen = viewAt(predicted, item, isMirrored ? views - view : view);
      sum += intersectionOverUnion(seen, viewAt(truth, item, view));
    }
  }
  return sum / compared;
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
