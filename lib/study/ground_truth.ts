/**
 * Objects whose true shapes and azimuths are known, on which runs are scored.
 *
 * @module
 */
import { imagesAt, type ImageSet, type ShapeTruth } from "@/data/image_set.ts";
import { loadMixture } from "@/data/mixture.ts";
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import { resizeSquare } from "@/data/resize.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { projectVoxels } from "@/render/project.ts";
import { solidAt, type Solids } from "@/study/score/alignment.ts";
import type { ViewsAround } from "@/study/score/views_around.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Run } from "@/train/run.ts";

/** Objects, each in one image. */
export interface Objects {
  /** `[N, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** S. */
  readonly imageSize: number;
  /** True shapes of the objects and azimuths of the images. */
  readonly truth: Solids;
}

/** Images whose true shapes and azimuths are known, one or several of each object. */
export type TrueSet = ImageSet & { readonly truth: ShapeTruth };

/** Objects and views that score a run. */
export interface GroundTruth {
  /** Every image that the run was trained on. */
  readonly training: TrueSet;
  /** Some of the objects that these show, each in its first image; turns and thresholds are chosen on them. */
  readonly calibration: Objects;
  /** Unseen objects, on which the run is scored. */
  readonly tests: Objects;
  /** Views of the test objects from all around. */
  readonly testViews: ViewsAround;
}

/** Views around a shape: 24, one every 15 degrees, as in the post's turntables. */
export const VIEW_COUNT = 24;

/**
 * Loads the objects that score a run: those of its own seed, on whose images it was trained.
 *
 * @param run Its config and its test split are used
 * @param load Where the data sets are
 * @param options `calibrationCount`: training objects for turns and thresholds. Choice: 200 by
 *   default, evenly spaced; the other 689 chairs lead to nearly the same choices
 * @throws {RangeError} If the data is a mixture, or has no true shapes
 */
export async function loadGroundTruth(
  { config, data }: Pick<Run, "config" | "data">,
  load: LoadOptions = {},
  options: { calibrationCount?: number } = {},
): Promise<GroundTruth> {
  const { imageSize, imagesPerObject, seed } = config;
  const request = { ...load, imageSize, imagesPerObject, seed };
  const sets = await loadMixture(config.data, "train", request);
  if (sets.length !== 1) {
    throw new RangeError(
      `Cannot score a run: data must be one set, got ${sets.length} in ${config.data}`,
    );
  }
  const training = withTruth(sets[0]!.set);
  const tests = objectsOf(data.tests[0]!.set);
  return {
    training,
    calibration: objectsOf(training, options.calibrationCount ?? 200),
    tests,
    testViews: viewsAround({ ...tests.truth, opacity: SOLID_OPACITY }, imageSize),
  };
}

/**
 * Checks that a set knows its shapes.
 *
 * @throws {RangeError} If it does not
 */
function withTruth(set: ImageSet): TrueSet {
  const { truth } = set;
  if (truth) return { ...set, truth };
  throw new RangeError(
    `Cannot score shapes of ${set.name}: the set must have true shapes, got only images; ` +
      `use modelnet40, meshes:PATH or voxels:PATH`,
  );
}

/**
 * Takes objects from a set, each in its first image.
 *
 * @param set A set with truth
 * @param most Maximum number of objects, evenly spaced over the set; all by default
 * @throws {RangeError} If the set has no true shapes
 */
export function objectsOf(set: ImageSet, most = Infinity): Objects {
  const { truth } = withTruth(set);
  const met = new Set<number>();
  const firsts: number[] = []; // the first image of each object
  for (const [image, object] of truth.objects.entries()) {
    if (!met.has(object)) firsts.push(image);
    met.add(object);
  }
  const count = Math.min(firsts.length, most);
  const chosen = Array.from(
    { length: count },
    (_, i) => firsts[Math.floor(i * firsts.length / count)]!,
  );
  const cells = truth.size ** 3;
  const occupancy = new Uint8Array(count * cells);
  for (const [to, image] of chosen.entries()) {
    occupancy.set(itemAt(truth.voxels, truth.objects[image]!, cells), to * cells);
  }
  return {
    images: imagesAt(set, chosen),
    imageSize: set.size,
    truth: {
      size: truth.size,
      occupancy,
      azimuths: Float32Array.from(chosen, (index) => truth.azimuths[index]!),
    },
  };
}

/** Solids that can be rendered. */
export interface Renderable extends Solids {
  /**
   * Opacity of a full cell: a pixel is 1 - exp(-opacity * sum of occupancies along its ray). Where there
   * is none, each cell takes its occupancy's share of the light: 1 - product of (1 - occupancy).
   */
  readonly opacity?: number;
  /**
   * What is rendered where hidden cells of `occupancy` were filled, `[N, S, S, S]`: the cells as they were,
   * since fog adds up along rays that are filled with it. Otherwise `occupancy` is rendered.
   */
  readonly unfilled?: Float32Array;
}

/**
 * Renders shapes from all around, starting from the azimuth of each one's own image.
 *
 * @param solids What to render
 * @param imageSize S; a grid of another size is rendered at its own size and the image resized
 * @returns `[N, VIEW_COUNT, S, S]`, by rising azimuth
 */
export function viewsAround(solids: Renderable, imageSize: number): ViewsAround {
  const { azimuths, size } = solids;
  const area = imageSize ** 2;
  const values = new Float32Array(azimuths.length * VIEW_COUNT * area);
  for (let item = 0; item < azimuths.length; item++) {
    const images = renderAround(solids, item);
    for (let view = 0; view < VIEW_COUNT; view++) {
      const image = images.subarray(view * size ** 2, (view + 1) * size ** 2);
      values.set(resizeSquare(image, size, imageSize), (item * VIEW_COUNT + view) * area);
    }
  }
  return { values, count: azimuths.length, views: VIEW_COUNT };
}

/** Renders one shape, `[VIEW_COUNT, size, size]`. */
function renderAround(solids: Renderable, item: number): Float32Array {
  const { azimuths, size, opacity, occupancy, unfilled = occupancy } = solids;
  const around = Float32Array.from(
    { length: VIEW_COUNT },
    (_, view) => azimuths[item]! + 2 * Math.PI * view / VIEW_COUNT,
  );
  return tf.tidy(() => {
    const seen = solidAt({ occupancy: unfilled, size }, item);
    const solid = tf.tensor4d(Float32Array.from(seen), [1, size, size, size]);
    const density = opacity === undefined
      ? tf.neg(tf.log(tf.maximum(tf.sub(1, solid), 1e-7))) as tf.Tensor4D
      : solid;
    const tiled = tf.tile(density, [VIEW_COUNT, 1, 1, 1]);
    return projectVoxels(tiled, tf.tensor1d(around), { tau: opacity ?? 1 }).dataSync();
  }) as Float32Array;
}
