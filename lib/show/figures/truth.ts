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
import { overlapsByDirection, viewAt, type ViewsAround } from "@/study/score/views_around.ts";
import type { Evaluation } from "@/study/truth_scores.ts";
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
  return labelledSheet(["image", ...angles], rows);
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
  return labelledSheet(["image", "truth", ...scored.map(({ name }) => name)], rows);
}

function drawFromAside(solids: Solids, item: number, threshold: number): Bitmap {
  const { grid, front } = shapeOf(solids, item);
  const azimuth = front + ASIDE;
  return drawVoxels(grid, { ...fittingSize(48, RAISED), azimuth, elevation: RAISED, threshold });
}

/** How `turningFigure` draws. */
export interface TurningOptions {
  /** Views in a full turn; 24 by default, as in `turntable`. */
  readonly frames?: number;
  /** How far the camera is raised, in radians; pi / 6 by default, as in `turntable`. */
  readonly elevation?: number;
  /** Width of each shape's view, in pixels; 120 by default. */
  readonly width?: number;
}

/**
 * Draws images of objects and, during one turn from the image's viewpoint on, the true shapes and those
 * that the first seed of each method has learnt. Depths of a learnt shape are reversed where its
 * silhouettes then turn as the truth's do, as in the score of unseen views: its image says nothing about
 * that. Cells are those counted by the score with the pose given.
 *
 * @param scored Scored methods
 * @param known Ground truth of the first seed
 * @param items Which test objects
 * @param options Number of frames, viewpoint and size
 */
export function turningFigure(
  scored: readonly ScoredMethod[],
  { tests, testViews }: GroundTruth,
  items: readonly number[],
  { frames = 24, elevation = Math.PI / 6, width = 120 }: TurningOptions = {},
): Bitmap[] {
  const { imageSize, images, truth } = tests;
  const rows = [
    { label: "truth", shapes: items.map((item) => ({ ...shapeOf(truth, item), threshold: 0.5 })) },
    ...scored.map(({ name, evaluations: [first] }) => ({
      label: name,
      shapes: items.map((item) => turningLike(testViews, first!, item)),
    })),
  ];
  const size = fittingSize(width / 2 / Math.SQRT2, elevation);
  const scale = Math.max(1, Math.floor(width / Math.SQRT2 / imageSize));
  const shown = items.map((item) =>
    greyBitmap(imageOf(images, item, imageSize), [imageSize, imageSize], scale)
  );
  return Array.from({ length: frames }, (_, frame) => {
    const turn = 2 * Math.PI * frame / frames;
    const drawn = rows.map(({ label, shapes }) => ({
      label,
      bitmaps: shapes.map(({ grid, front, threshold }) =>
        drawVoxels(grid, { ...size, azimuth: front + turn, elevation, threshold })
      ),
    }));
    return labelledSheet(items.map(() => ""), [{ label: "image", bitmaps: shown }, ...drawn]);
  });
}

/** Gives a learnt shape that turns as the true one does. */
function turningLike(
  testViews: ViewsAround,
  { prediction, inView, views }: Evaluation,
  item: number,
) {
  const shape = shapeOf(prediction, item);
  const { forwards, backwards } = overlapsByDirection(views, testViews, { item, every: 2 });
  return { ...(backwards > forwards ? reversedDepth(shape) : shape), threshold: inView.threshold };
}

/** A shape and the azimuth of its image, in radians. */
interface Fronted {
  readonly grid: VoxelGrid;
  readonly front: number;
}

function shapeOf(solids: Solids, item: number): Fronted {
  const { size, azimuths } = solids;
  return {
    grid: { occupancy: solidAt(solids, item), size: [size, size, size] },
    front: azimuths[item]!,
  };
}

/**
 * Reverses the depths of a shape as its image sees them: the same silhouette from the front, and from
 * elsewhere those of the shape turning the other way. A reflection of the grid in its first axis, z,
 * does so if the azimuth changes its sign.
 *
 * @param shape The grid `[D, H, W]` and the azimuth of its front
 */
export function reversedDepth({ grid, front }: Fronted): Fronted {
  const { occupancy, size } = grid;
  const [depth, rows, columns] = size;
  const layer = rows * columns;
  const reversed = Float32Array.from(
    { length: depth * layer },
    (_, cell) => occupancy[(depth - 1 - Math.floor(cell / layer)) * layer + cell % layer]!,
  );
  return { grid: { occupancy: reversed, size }, front: -front };
}

function imageOf(images: Float32Array, item: number, size: number): Float32Array {
  return images.subarray(item * size ** 2, (item + 1) * size ** 2);
}
