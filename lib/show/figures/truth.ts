/**
 * Scores against the truth, as figures.
 *
 * @module
 */
import { type GroundTruth, VIEW_COUNT } from "@/study/ground_truth.ts";
import { azimuthCharts } from "@/show/plot/azimuths.ts";
import { type Bitmap, greyBitmap } from "@/show/plot/bitmap.ts";
import { labelledSheet, type SheetRow } from "@/show/plot/sheet.ts";
import { fittingSize } from "@/show/plot/viewpoint.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";
import { solidAt, type Solids } from "@/study/score/alignment.ts";
import { viewAt, type ViewsAround } from "@/study/score/views_around.ts";
import type { ScoredMethod } from "./truth_tables.ts";

/**
 * Draws learnt azimuths against the true ones, all seeds together.
 *
 * @param methods Scored runs, whose azimuths were not given
 * @param truths One for each seed
 */
export function azimuthsFigure(
  methods: readonly ScoredMethod[],
  truths: readonly GroundTruth[],
): Bitmap {
  const truth = truths.flatMap(({ tests }) => [...tests.truth.azimuths]);
  return azimuthCharts(methods.map(({ name, evaluations }) => ({
    name,
    truth,
    learnt: evaluations.flatMap(({ azimuths }) => [...azimuths!]),
  })));
}

/** Views in `viewpointsFigure`: every third one, 45 degrees apart. */
const EVERY = VIEW_COUNT / 8;

/**
 * Draws images of objects, then the objects from eight sides: the true shapes, and those that the
 * first seed of each method has learnt, rendered as in training.
 *
 * @param methods Scored methods
 * @param known Ground truth of the first seed
 * @param items Which test objects
 */
export function viewpointsFigure(
  methods: readonly ScoredMethod[],
  { tests, testViews }: GroundTruth,
  items: readonly number[],
): Bitmap {
  const { imageSize, images } = tests;
  const grey = (image: ArrayLike<number>) => greyBitmap(image, [imageSize, imageSize], 2);
  const around = (views: ViewsAround, item: number) =>
    Array.from({ length: 8 }, (_, i) => grey(viewAt(views, item, i * EVERY)));
  const rows = items.flatMap((item): SheetRow[] => [
    {
      label: "truth",
      bitmaps: [grey(imageOf(images, item, imageSize)), ...around(testViews, item)],
      isFirstOfGroup: true,
    },
    ...methods.map(({ name, evaluations }) => ({
      label: name,
      bitmaps: [undefined, ...around(evaluations[0]!.views, item)],
    })),
  ]);
  const angles = Array.from({ length: 8 }, (_, i) => `${i * 45}°`);
  return labelledSheet(["picture", ...angles], rows);
}

/** Viewpoint of `chairsFigure`: to the side of the image's own, and from above. */
const ASIDE = 40 * Math.PI / 180;
const RAISED = 20 * Math.PI / 180;

/**
 * Draws images of objects, the true shapes and the predicted shapes, all from one viewpoint to the
 * side of the image's own. Cells are those counted by the score with the pose given. The first seed
 * of each method is shown.
 *
 * @param scored Scored methods
 * @param known Ground truth of the first seed
 * @param items Which test objects
 */
export function chairsFigure(
  scored: readonly ScoredMethod[],
  { tests }: GroundTruth,
  items: readonly number[],
): Bitmap {
  const { imageSize, images, truth } = tests;
  const rows = items.map((item) => ({
    label: "",
    bitmaps: [
      greyBitmap(imageOf(images, item, imageSize), [imageSize, imageSize], 3),
      drawFromAside(truth, item, 0.5),
      ...scored.map(({ evaluations: [first] }) =>
        drawFromAside(first!.prediction, item, first!.inView.threshold)
      ),
    ],
  }));
  return labelledSheet(["picture", "truth", ...scored.map(({ name }) => name)], rows);
}

function drawFromAside(solids: Solids, item: number, threshold: number): Bitmap {
  const { size, azimuths } = solids;
  const grid: VoxelGrid = { occupancy: solidAt(solids, item), size: [size, size, size] };
  const azimuth = azimuths[item]! + ASIDE;
  return drawVoxels(grid, { ...fittingSize(48, RAISED), azimuth, elevation: RAISED, threshold });
}

function imageOf(images: Float32Array, item: number, size: number): Float32Array {
  return images.subarray(item * size ** 2, (item + 1) * size ** 2);
}
