/**
 * The post's figures of shapes and images: strips of views (F2, F5), sheets of images beside each
 * other (F3, F6), and turning shapes (F4).
 *
 * @module
 */
import { above, beside, type Bitmap, framed, greyBitmap, grid as gridOf } from "./bitmap.ts";
import { FAINT_INK, FONT_SIZE, GAP, MARGIN } from "./style.ts";
import { textBitmap, textWidth } from "./svg.ts";
import { fittingSize } from "./viewpoint.ts";
import { drawVoxels } from "./voxel_drawing.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";

/** How the views of a shape are drawn. */
export interface ViewOptions {
  /** Pixels along a side of a voxel, and of an image's pixel; 3 by default. */
  readonly scale?: number;
  /** In radians, from the front; by default eight, in steps of pi / 4. Paper: the post's strips. */
  readonly azimuths?: readonly number[];
  /** Elevation of the camera, in radians; 0 by default. Several elevations repeat all azimuths. */
  readonly elevation?: number | readonly number[];
  /** Voxels of at least this occupancy are drawn; 0.05 by default. */
  readonly threshold?: number;
}

/** One object of a figure. */
export interface Exhibit {
  /** Its label, such as "digit 3". */
  readonly label: string;
  /** The model's textured or projected image `[H, W]`, values in [0, 1]. */
  readonly image: ArrayLike<number>;
  /** Images `[H, W]` that a strip shows instead, by their headings, such as `input`. */
  readonly images?: Readonly<Record<string, ArrayLike<number>>>;
  /** The decoded voxels. */
  readonly grid: VoxelGrid;
  /**
   * The azimuth of its front, in radians, 0 by default. Choice: that of the image, since a model
   * that sees single images may turn all its shapes by any angle.
   */
  readonly front?: number;
  /** Voxels of at least this occupancy are drawn; the figure's threshold unless given. */
  readonly threshold?: number;
}

/** Images of one size. */
export interface ImageStack {
  /** `[N, H, W]`, values in [0, 1]. */
  readonly values: ArrayLike<number>;
  /** `[N, H, W]`. */
  readonly size: readonly [number, number, number];
}

/** Eight views, an eighth of a turn apart. */
const EIGHT_AZIMUTHS = Array.from({ length: 8 }, (_, i) => i * Math.PI / 4);

/** Four views, a quarter of a turn apart, level and from above. Paper: the post's faces. */
export const QUARTER_VIEWS: ViewOptions = {
  scale: 2,
  azimuths: Array.from({ length: 4 }, (_, i) => i * Math.PI / 2),
  elevation: [0, Math.PI / 6],
};

/** Headings above rows and columns. */
const HEADING = { size: FONT_SIZE - 1, colour: FAINT_INK };

/**
 * Draws one strip: the image, then the thresholded voxels from each viewpoint. Voxels and image
 * pixels have the same scale, so that the front view can be laid over the image.
 *
 * @param exhibit The image or several, `[H, W]` as the grid's or square and smaller, and the voxels
 * @param options Scale, viewpoints and threshold
 */
export function trainingStrip(
  { image, images = { image }, grid, front = 0, ...exhibit }: Omit<Exhibit, "label">,
  options: ViewOptions = {},
): Bitmap {
  const { scale = 3, azimuths = EIGHT_AZIMUTHS } = options;
  const { threshold = options.threshold } = exhibit;
  const [, rows, columns] = grid.size;
  const views = elevationsOf(options).flatMap((elevation) => {
    const size = fittingSize(columns * scale / 2, elevation);
    return azimuths.map((azimuth) =>
      drawVoxels(grid, { ...size, azimuth: front + azimuth, elevation, threshold })
    );
  });
  const flat = Object.values(images)
    .map((each) => greyBitmap(inMiddle(each, rows, columns), [rows, columns], scale));
  return beside([...flat, ...views]);
}

/** Puts a square image in the middle of a larger one, which is black: a grid may reach beyond it. */
function inMiddle(image: ArrayLike<number>, rows: number, columns: number): ArrayLike<number> {
  const side = Math.sqrt(image.length);
  const [top, left] = [(rows - side) / 2, (columns - side) / 2];
  const fits = Number.isInteger(top) && Number.isInteger(left) && top >= 0 && left >= 0;
  if (image.length === rows * columns || !fits) return image;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      values[(top + row) * columns + left + column] = image[row * side + column]!;
    }
  }
  return values;
}

const elevationsOf = ({ elevation = 0 }: ViewOptions): number[] => [elevation].flat();

/**
 * Draws the strips of several objects under each other, with labels, headings and the step.
 *
 * @param exhibits The objects, from top to bottom, at least one; all with images of the same headings
 * @param step Training steps of the model
 * @param options Scale, viewpoints and threshold
 * @throws {TypeError} If the objects have images of different headings
 */
export function trainingStrips(
  exhibits: readonly Exhibit[],
  step: number,
  options: ViewOptions = {},
): Bitmap {
  const names = imageNames(exhibits);
  const widths = exhibits.map(({ label }) => Math.ceil(textWidth(label)));
  const labelWidth = Math.max(LEAST_LABEL_WIDTH, ...widths);
  const strips = exhibits.map((exhibit) => {
    const text = textBitmap(exhibit.label, { width: labelWidth, align: "start" });
    return beside([text, trainingStrip(exhibit, options)]);
  });
  const [, , columns] = exhibits[0]!.grid.size;
  const headings = stripHeadings({ columns, step, labelWidth, names }, options);
  return framed(above([headings, ...strips]), MARGIN);
}

/** Minimum width of a strip's label and of the step above it, in pixels. */
const LEAST_LABEL_WIDTH = 88;

/** Gives the headings of the strips' images. */
function imageNames(exhibits: readonly Exhibit[]): string[] {
  const [first, ...others] = exhibits.map(({ images }) => Object.keys(images ?? { image: 0 }));
  const other = others.find((names) => names.join() !== first!.join());
  if (other === undefined) return first!;
  throw new TypeError(
    `Cannot draw strips: every exhibit must have the images ${first!.join(", ")}, ` +
      `got ${other.join(", ")}`,
  );
}

/** What the headings of strips describe: images, and grids of so many columns. */
interface HeadedStrips {
  readonly columns: number;
  readonly step: number;
  readonly labelWidth: number;
  readonly names: readonly string[];
}

function stripHeadings(
  { columns, step, labelWidth, names }: HeadedStrips,
  options: ViewOptions,
): Bitmap {
  const { scale = 3, azimuths = EIGHT_AZIMUTHS } = options;
  const elevations = elevationsOf(options);
  const views = elevations.map((elevation) => {
    const { width } = fittingSize(columns * scale / 2, elevation);
    const angles = azimuths.map((azimuth) => textBitmap(inDegrees(azimuth), { ...HEADING, width }));
    const row = beside(angles);
    if (elevations.length === 1) return row;
    const elevated = `elevation ${inDegrees(elevation)}`;
    return above([textBitmap(elevated, { ...HEADING, width: row.width }), row]);
  });
  return beside([
    textBitmap(stepText(step), { isBold: true, width: labelWidth, align: "start" }),
    ...names.map((name) => textBitmap(name, { ...HEADING, width: columns * scale })),
    ...views,
  ], { align: "end" });
}

const inDegrees = (angle: number) => `${Math.round(angle * 180 / Math.PI)}°`;

/**
 * Draws a grid of inputs beside the grid of the model's renderings of them.
 *
 * @param inputs `[N, H, W]`
 * @param renderings `[N, H, W]`, in the same order
 * @param options The step, and how the sheets are drawn
 * @throws {TypeError} If the two differ in size
 */
export function inputsBesideRenderings(
  inputs: ImageStack,
  renderings: ImageStack,
  options: SheetOptions = {},
): Bitmap {
  return sheetsBeside({ input: inputs, rendering: renderings }, options);
}

/** How sheets are drawn. */
export interface SheetOptions {
  /** Training steps of the model, written below. */
  readonly step?: number;
  /** Images in a row; 8 by default, as in the post. */
  readonly columns?: number;
  /** Pixels along a side of an image's pixel; 2 by default. */
  readonly scale?: number;
}

/**
 * Draws sheets of images beside each other, such as inputs, projections and textured images (F6).
 * An object has the same position in each.
 *
 * @param stacks `[N, H, W]` each, by their headings, from left to right
 * @param options The step, and how the sheets are drawn
 * @throws {TypeError} If the sheets differ in size
 */
export function sheetsBeside(
  stacks: Readonly<Record<string, ImageStack>>,
  { step, columns = 8, scale = 2 }: SheetOptions = {},
): Bitmap {
  const [first, ...others] = Object.entries(stacks);
  const other = others.find(([, { size }]) => size.join() !== first![1].size.join());
  if (other) {
    throw new TypeError(
      `Cannot draw sheets beside each other: ${other[0]} must have the size of ${first![0]} ` +
        `[${first![1].size.join(", ")}], got [${other[1].size.join(", ")}]`,
    );
  }
  const sheets = Object.entries(stacks).map(([heading, stack]) => {
    const sheet = imageSheet(stack, { columns, scale });
    return above([textBitmap(heading, { isBold: true, width: sheet.width }), sheet]);
  });
  const sheet = beside(sheets, { gap: 3 * GAP });
  const footer = step === undefined ? [] : [textBitmap(stepText(step), HEADING)];
  return framed(above([sheet, ...footer]), MARGIN);
}

/**
 * Draws images in rows.
 *
 * @param stack `[N, H, W]`
 * @param options `columns` in a row, and `scale`: pixels along a side of an image's pixel
 */
export function imageSheet(
  { values, size }: ImageStack,
  { columns, scale }: { columns: number; scale: number },
): Bitmap {
  const [count, rows, width] = size;
  const all = Float32Array.from(values);
  const images = Array.from({ length: count }, (_, i) => {
    const image = all.subarray(i * rows * width, (i + 1) * rows * width);
    return greyBitmap(image, [rows, width], scale);
  });
  return gridOf(images, columns, 2);
}

/** How a turntable is drawn. */
export interface TurntableOptions {
  /** Views in a full turn; 24 by default, 15 degrees apart. Paper: the post's 360 degree views. */
  readonly frames?: number;
  /** How far the camera is raised, in radians; pi / 6 by default, as in the post. */
  readonly elevation?: number;
  /** Width of each shape's view, in pixels; 240 by default. */
  readonly width?: number;
  /** Shapes in a row; all in one row by default. */
  readonly columns?: number;
  /** Voxels of at least this occupancy are drawn; 0.05 by default. */
  readonly threshold?: number;
}

/**
 * Draws shapes during one turn. Played in a loop, they turn for ever.
 *
 * @param exhibits Label and voxels of each shape, in reading order, at least one
 * @param options Number of frames, viewpoint, size and threshold
 */
export function turntable(
  exhibits: readonly Omit<Exhibit, "image">[],
  options: TurntableOptions = {},
): Bitmap[] {
  const { frames = 24, elevation = Math.PI / 6, width = 240 } = options;
  const { columns = exhibits.length } = options;
  const size = fittingSize(width / 2 / Math.SQRT2, elevation);
  const labels = exhibits.map(({ label }) => textBitmap(label, { width: size.width }));
  return Array.from({ length: frames }, (_, frame) => {
    const azimuth = 2 * Math.PI * frame / frames;
    const views = exhibits.map(({ grid, front = 0, threshold = options.threshold }, i) => {
      const view = drawVoxels(grid, { ...size, azimuth: front + azimuth, elevation, threshold });
      return above([view, labels[i]!]);
    });
    return framed(gridOf(views, columns), MARGIN);
  });
}

function stepText(step: number): string {
  return `step ${step.toLocaleString("en-US")}`;
}
