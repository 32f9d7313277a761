/**
 * Objects whose true shapes and azimuths are known: what a run is judged on.
 *
 * @module
 */
import type { ImageSet } from "@/data/image_set.ts";
import { imagesAt } from "@/data/image_set.ts";
import { loadMixture } from "@/data/mixture.ts";
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import { resizeSquare } from "@/data/resize.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { projectVoxels } from "@/render/project.ts";
import { solidAt, type Solids } from "@/study/score/alignment.ts";
import type { ViewsAround } from "@/study/score/views.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Run } from "@/train/run.ts";

/** Objects, each in one image. */
export interface Objects {
  /** `[N, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** S. */
  readonly imageSize: number;
  /** What the images show and where from. */
  readonly truth: Solids;
}

/** What a run is judged on. */
export interface GroundTruth {
  /** Every object that the run was trained on. */
  readonly training: Objects;
  /** Some of them, on which turns and thresholds are chosen. */
  readonly calibration: Objects;
  /** Objects that it never saw, on which it is scored. */
  readonly tests: Objects;
  /** The views of the test objects from all around. */
  readonly testViews: ViewsAround;
}

/** Views around a shape: 24, 15 degrees apart, as many as the post's turntables have. */
export const VIEW_COUNT = 24;

/**
 * Loads what a run is judged on: the objects of its own seed, whose images it was trained on.
 *
 * @param run Its config counts, and its test split
 * @param load Where data sets are
 * @param options `calibrationCount`: training objects for turns and thresholds. Choice: 200 by default,
 *   evenly spread; with the other 689 chairs the choices hardly move
 * @throws {RangeError} If the data is a mixture, or knows no truth
 */
export async function loadGroundTruth(
  { config, data }: Pick<Run, "config" | "data">,
  load: LoadOptions = {},
  options: { calibrationCount?: number } = {},
): Promise<GroundTruth> {
  const { imageSize, seed } = config;
  const sets = await loadMixture(config.data, "train", { ...load, imageSize, seed });
  if (sets.length !== 1) {
    throw new RangeError(
      `Cannot judge a run: its data must be one set, got ${sets.length} in ${config.data}`,
    );
  }
  const tests = objectsOf(data.tests[0]!.set);
  return {
    training: objectsOf(sets[0]!.set),
    calibration: objectsOf(sets[0]!.set, options.calibrationCount ?? 200),
    tests,
    testViews: viewsAround({ ...tests.truth, opacity: SOLID_OPACITY }, imageSize),
  };
}

/**
 * Takes objects from a set.
 *
 * @param set A set with truth
 * @param most At most so many, evenly spread over the set; all by default
 * @throws {RangeError} If the set knows no truth
 */
export function objectsOf(set: ImageSet, most = Infinity): Objects {
  const { truth } = set;
  if (!truth) {
    throw new RangeError(
      `Cannot judge shapes of ${set.name}: it must know the truth, got images alone; ` +
        `take modelnet40, meshes:PATH or voxels:PATH`,
    );
  }
  const count = Math.min(set.count, most);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor(i * set.count / count));
  const cells = truth.size ** 3;
  const occupancy = new Uint8Array(count * cells);
  for (const [to, from] of chosen.entries()) {
    occupancy.set(itemAt(truth.voxels, from, cells), to * cells);
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
  /** Of a full cell: an image is 1 - exp(-opacity * sum of occupancies along the ray). */
  readonly opacity: number;
}

/**
 * Renders shapes from all around, beginning where each one's own image was taken.
 *
 * @param solids What to render
 * @param imageSize S; a grid of another size is rendered at its own and the image resized
 * @returns `[N, VIEW_COUNT, S, S]`, azimuth rising
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
  const { azimuths, size, opacity } = solids;
  const around = Float32Array.from(
    { length: VIEW_COUNT },
    (_, view) => azimuths[item]! + 2 * Math.PI * view / VIEW_COUNT,
  );
  return tf.tidy(() => {
    const solid = tf.tensor4d(Float32Array.from(solidAt(solids, item)), [1, size, size, size]);
    const density = tf.tile(solid, [VIEW_COUNT, 1, 1, 1]);
    return projectVoxels(density, tf.tensor1d(around), { tau: opacity }).dataSync();
  }) as Float32Array;
}
