/**
 * Shapes and azimuths that a model, or a rule without learning, predicts from images of objects.
 *
 * @module
 */
import { imagesAt } from "@/data/image_set.ts";
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import type { Learner } from "@/model/learner.ts";
import { alignInView } from "@/study/score/alignment.ts";
import { extrudeSilhouette, nearestImages, revolveSilhouette } from "@/study/score/baselines.ts";
import { itemAt } from "@/engine/shapes.ts";
import { fillHidden } from "@/render/hidden.ts";
import { gridAt } from "@/render/voxel_grid.ts";
import type { Objects, Renderable, TrueSet } from "./ground_truth.ts";

/** What a model knows of its own shapes, such as an `Inference` or a `Learner`. */
export type ShapeModel = Pick<Learner, "gridSize" | "border" | "opacity" | "makesSolids">;

/**
 * Makes a prediction of what a model has inferred, in the model's own frame. Cells that no image shows
 * are cut off, so that prediction and truth fill the same cube.
 *
 * @param model What inferred
 * @param inferred Occupancy `[N, G, G, G]` and azimuths `[N]` of some objects
 * @param options `isSolid` fills what no level view can show, as the model does unless given
 */
export function predictionOf(
  { gridSize, border = 0, opacity, makesSolids = false }: ShapeModel,
  inferred: Pick<Reconstruction, "occupancy" | "azimuth">,
  { isSolid = makesSolids }: { readonly isSolid?: boolean } = {},
): Renderable {
  const { azimuth: azimuths } = inferred;
  const size = gridSize - 2 * border;
  const occupancy = border === 0
    ? inferred.occupancy
    : cropped(inferred.occupancy, gridSize, border);
  const predicted = { size, occupancy, azimuths, ...(opacity !== undefined && { opacity }) };
  if (!isSolid) return predicted;
  const filled = new Float32Array(occupancy.length);
  for (let item = 0; item < azimuths.length; item++) {
    filled.set(fillHidden(gridAt(occupancy, item, azimuths.length)).occupancy, item * size ** 3);
  }
  return { ...predicted, occupancy: filled, unfilled: occupancy };
}

/** Cuts a border off grids `[N, G, G, G]`. */
function cropped(grids: Float32Array, size: number, border: number): Float32Array {
  const inner = size - 2 * border;
  const count = grids.length / size ** 3;
  const result = new Float32Array(count * inner ** 3);
  for (let row = 0; row < count * inner ** 2; row++) {
    const [item, d, h] = [
      Math.floor(row / inner ** 2),
      Math.floor(row / inner) % inner,
      row % inner,
    ];
    const from = ((item * size + d + border) * size + h + border) * size + border;
    result.set(grids.subarray(from, from + inner), row * inner);
  }
  return result;
}

/**
 * Predicts shapes and azimuths with a model, in the model's own frame.
 *
 * Free pose variables belong to the slots of a batch, not to images: an image gets the azimuth of
 * whichever slot it fills, as in training and in `evaluate`.
 *
 * @param inference The trained model
 * @param objects What it sees: the images alone
 * @param options `isSolid` fills what no level view can show, as the method does unless given
 */
export function predictionOfModel(
  inference: Inference,
  { images }: Pick<Objects, "images">,
  options: { readonly isSolid?: boolean } = {},
): Renderable {
  return predictionOf(inference, inference.reconstruct(images), options);
}

/**
 * Extrudes each silhouette, in the viewer's frame: all azimuths are 0.
 *
 * @param objects Only their images are used
 * @param depth In cells
 */
export function predictionOfExtrusion({ images, imageSize }: Objects, depth: number): Renderable {
  return silhouettePrediction(
    { images, imageSize },
    (silhouette) => extrudeSilhouette(silhouette, imageSize, depth),
  );
}

/** Makes a solid of revolution from each silhouette; all azimuths are 0. */
export function predictionOfRevolution({ images, imageSize }: Objects): Renderable {
  return silhouettePrediction(
    { images, imageSize },
    (silhouette) => revolveSilhouette(silhouette, imageSize),
  );
}

/** Finds the extrusion depth that fits objects best, in cells, symmetric about the middle. */
export function bestExtrusionDepth(objects: Objects): number {
  const { imageSize } = objects;
  const depths = Array.from({ length: imageSize }, (_, i) => i + 1)
    .filter((depth) => depth % 2 === imageSize % 2);
  const overlaps = depths.map((depth) =>
    alignInView(predictionOfExtrusion(objects, depth), objects.truth).overlap
  );
  return depths[overlaps.indexOf(Math.max(...overlaps))]!;
}

/**
 * Gives each object the true shape and azimuth of the most similar training image: an oracle, since
 * it knows the truth of the training objects.
 *
 * @param objects Only their images are used
 * @param training Images to search, at least one
 */
export function predictionOfNearest(objects: Objects, training: TrueSet): Renderable {
  const all = Array.from({ length: training.count }, (_, image) => image);
  const nearest = nearestImages(objects.images, imagesAt(training, all), objects.imageSize ** 2);
  const { size, voxels, azimuths, objects: shown } = training.truth;
  const cells = size ** 3;
  const predicted = new Uint8Array(nearest.length * cells);
  nearest.forEach((from, to) => predicted.set(itemAt(voxels, shown[from]!, cells), to * cells));
  return {
    size,
    occupancy: predicted,
    azimuths: Float32Array.from(nearest, (from) => azimuths[from]!),
    opacity: SOLID_OPACITY,
  };
}

function silhouettePrediction(
  { images, imageSize }: Pick<Objects, "images" | "imageSize">,
  solidOf: (silhouette: Float32Array) => Uint8Array,
): Renderable {
  const [area, cells] = [imageSize ** 2, imageSize ** 3];
  const count = images.length / area;
  const occupancy = new Uint8Array(count * cells);
  for (let item = 0; item < count; item++) {
    occupancy.set(solidOf(itemAt(images, item, area)), item * cells);
  }
  return {
    size: imageSize,
    occupancy,
    azimuths: new Float32Array(count),
    opacity: SOLID_OPACITY,
  };
}
