/**
 * What models make of unseen images of a set, side by side, beside the true shapes where they are known.
 *
 * @module
 */
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { parseMixture } from "@/data/mixture.ts";
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import { itemAt } from "@/engine/shapes.ts";
import { Inference, type Reconstruction } from "@/infer/inference.ts";
import { gridAt, type VoxelGrid } from "@/render/voxel_grid.ts";
import { solidOf } from "@/show/export/solid.ts";
import { reversedDepth } from "@/show/figures/truth.ts";
import { type Renderable, viewsAround } from "@/study/ground_truth.ts";
import { predictionOf } from "@/study/predictions.ts";
import { piecesOf } from "@/study/score/pieces.ts";
import { overlapsByDirection } from "@/study/score/views_around.ts";
import { loadCheckpoint } from "@/train/checkpoint.ts";
import { classesInTurn, nameOf } from "@/train/monitor.ts";
import type { GalleryModel } from "./models.ts";
import type { GalleryItem, GallerySection, GalleryShape } from "./page.ts";

/** Headings of sets; others are named after their classes, or by their own name. */
const TITLES: Readonly<Record<string, string>> = {
  "mnist": "Handwritten digits (MNIST)",
  "fashion-mnist": "Clothing (Fashion-MNIST)",
  "celeba": "Faces (CelebA)",
};

/** Images of a set with at most one class, and the most of any other. */
const OF_ONE_CLASS = 9;
const MOST_CLASSES = 10;

/** Says how shapes are shown beside true ones. */
const REVERSED =
  "A silhouette does not tell a shape from its reflection in depth, so learnt shapes are " +
  "shown in the direction in which their silhouettes turn as the true ones do, as in the score of unseen " +
  "views.";

/** The sets of a config's mixture, as `parseMixture` reads them. */
export function setsOf(data: string): string[] {
  return parseMixture(data).map(({ specifications }) => specifications.join("+"));
}

/** Gives the heading of a set, such as `Chair`. */
export function titleOf(specification: string): string {
  const known = TITLES[specification];
  if (known) return known;
  const [source, classes] = specification.split("#");
  if (!classes) return source!;
  const name = source!.split(/[:/]/).at(-1)!.replace(/\.[a-z.]+$/, "");
  return `${capitalised(classes.split("+").join(", "))} (${name})`;
}

/**
 * Makes the section of a set.
 *
 * @param specification The set, as in a mixture
 * @param set Its test split
 * @param models What is compared, in order, all of the set's image size
 */
export async function shapesSection(
  specification: string,
  set: ImageSet,
  models: readonly GalleryModel[],
): Promise<GallerySection> {
  const chosen = chosenImages(set);
  const images = imagesAt(set, chosen);
  const truth = truthOf(set, chosen);
  const columns: GalleryShape[][] = truth ? [truth.shapes] : [];
  for (const model of models) {
    columns.push(await shapesOf(model, images, chosen.length, truth?.solids));
  }
  const isTold = set.labels !== undefined && new Set(chosen.map((i) => set.labels![i])).size > 1;
  const items = chosen.map((index, i): GalleryItem => ({
    name: isTold ? nameOf(set, index).slice(set.name.length + 1) : `image ${index}`,
    image: itemAt(images, i, set.size ** 2),
    shapes: columns.map((column) => column[i]!),
  }));
  const trained = models.map(({ label, config, step }) =>
    `${label}: ${stepsInWords(step, config.steps)} on ${setsOf(config.data).join(" and ")}`
  );
  const source = `Images that no model was trained on: ${set.provenance}, test split. ${
    capitalised(trained.join("; "))
  }.`;
  return {
    title: titleOf(specification),
    words: [source, ...(truth ? [REVERSED] : [])],
    items,
  };
}

/** Picks images: one of each class, or the first few. */
function chosenImages(set: ImageSet): number[] {
  const classCount = new Set(set.labels).size;
  const count = classCount > 1 ? Math.min(classCount, MOST_CLASSES) : OF_ONE_CLASS;
  return classesInTurn(set).slice(0, count);
}

/** Gives what a model makes of images, beside true shapes in the direction in which these turn. */
async function shapesOf(
  { path, label }: GalleryModel,
  images: Float32Array,
  count: number,
  truth?: Renderable,
): Promise<GalleryShape[]> {
  const { config, snapshot, step } = await loadCheckpoint(path);
  const batchSize = Math.min(count, config.batchSize);
  using model = new Inference(config, snapshot, { batchSize, step });
  const made = model.reconstruct(images);
  const isReversed = truth ? reversalsOf(predictionOf(model, made), truth, config.imageSize) : [];
  const { occupancy } = predictionOf(model, made, { isSolid: false });
  return Array.from({ length: count }, (_, i) => {
    const shape = { grid: gridAt(occupancy as Float32Array, i, count), front: made.azimuth[i]! };
    return galleryShape(isReversed[i] ? reversedDepth(shape) : shape, {
      label,
      threshold: model.threshold,
      isSolid: model.makesSolids,
      error: meanSquaredError(made, images, i, count),
    });
  });
}

/** What a shape is shown with. */
export interface ShownOptions {
  /** What made it. */
  readonly label: string;
  /** Least occupancy of a voxel that is drawn. */
  readonly threshold: number;
  /** Whether it is made solid, see `solidOf`. */
  readonly isSolid: boolean;
  /** Squared error per pixel between its rendering and the image. */
  readonly error: number;
}

/** Gives a learnt shape as it is shown, with its image error and the number of its pieces. */
export function galleryShape(
  { grid, front }: { readonly grid: VoxelGrid; readonly front: number },
  { label, threshold, isSolid, error }: ShownOptions,
): GalleryShape {
  const shown = isSolid ? solidOf(grid, threshold).grid : grid;
  const { count } = piecesOf(shown.occupancy, shown.size, threshold);
  return {
    label,
    note: `error ${error.toFixed(4)}\n${count} ${count === 1 ? "piece" : "pieces"}`,
    frames: [{ label, grid: shown, front }],
    threshold,
  };
}

/** Gives the squared error per pixel of one of N renderings. */
export function meanSquaredError(
  { rendering }: Pick<Reconstruction, "rendering">,
  images: Float32Array,
  index: number,
  count: number,
): number {
  const area = images.length / count;
  const rendered = itemAt(rendering, index, area);
  const image = itemAt(images, index, area);
  return rendered.reduce((sum, value, i) => sum + (value - image[i]!) ** 2, 0) / area;
}

/** Tells of each learnt shape whether its silhouettes turn the other way than the true ones. */
function reversalsOf(learnt: Renderable, truth: Renderable, imageSize: number): boolean[] {
  const [views, trueViews] = [learnt, truth].map((solids) => viewsAround(solids, imageSize));
  return Array.from(learnt.azimuths, (_, item) => {
    const { forwards, backwards } = overlapsByDirection(views!, trueViews!, { item, every: 2 });
    return backwards > forwards;
  });
}

/** Gives the true shapes of images, where the set has them. */
function truthOf({ truth }: ImageSet, chosen: readonly number[]) {
  if (!truth) return undefined;
  const { size } = truth;
  const cells = size ** 3;
  const occupancy = new Float32Array(chosen.length * cells);
  for (const [i, index] of chosen.entries()) {
    occupancy.set(itemAt(truth.voxels, truth.objects[index]!, cells), i * cells);
  }
  const azimuths = Float32Array.from(chosen, (index) => truth.azimuths[index]!);
  const label = "true shape";
  const shapes = chosen.map((_, i): GalleryShape => {
    const grid = gridAt(occupancy, i, chosen.length);
    return { label, note: "", frames: [{ label, grid, front: azimuths[i]! }], threshold: 0.5 };
  });
  return { shapes, solids: { size, occupancy, azimuths, opacity: SOLID_OPACITY } };
}

/** Says how far a model was trained. */
function stepsInWords(step: number, planned: number): string {
  const [done, all] = [step, planned].map((count) => count.toLocaleString("en-US"));
  return step < planned ? `${done} of ${all} steps` : `${done} steps`;
}

function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
