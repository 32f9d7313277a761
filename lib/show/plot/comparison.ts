/**
 * The shapes that several models make of the same images, side by side.
 *
 * @module
 */
import { ZOOM } from "./chart.ts";
import { type Exhibit, trainingStrip, type ViewOptions } from "./figures.ts";
import { above, beside, type Bitmap, framed, greyBitmap, grid } from "./bitmap.ts";
import { FAINT_INK, FONT_SIZE, MARGIN } from "./style.ts";
import { textBitmap } from "./svg.ts";
import { fittingSize } from "./viewpoint.ts";

/** One image, and every model's shape of it. */
export interface ComparedObject {
  /** Its label, such as "digit 3". */
  readonly label: string;
  /** The input of the models, `[S, S]` in [0, 1]. */
  readonly input: ArrayLike<number>;
  /** One for each model, labelled with the model's name, at least one. */
  readonly exhibits: readonly Exhibit[];
}

/** Width of the names of objects and models, in pixels of the page. */
const NAMES = 86;
/** Gap between the blocks of two objects. */
const BETWEEN = 24;

const TEXT = { size: FONT_SIZE * ZOOM };
const HEADING = { size: (FONT_SIZE - 1) * ZOOM, colour: FAINT_INK };

/** The front, the side, and half way between them. */
const THREE_AZIMUTHS = [0, Math.PI / 4, Math.PI / 2];

/** How views are drawn, with defaults filled in. */
interface DecidedViews extends ViewOptions {
  readonly scale: number;
  readonly azimuths: readonly number[];
  readonly elevation?: number;
}

/** How a comparison is drawn. */
export interface ComparisonOptions extends ViewOptions {
  /** How far the camera is raised, in radians; 0 by default. */
  readonly elevation?: number;
  /** Blocks in a row; 2 by default. */
  readonly columns?: number;
  /** A note below, such as which runs are shown. */
  readonly note?: string;
}

/**
 * Draws a block for each object: the input, and below it for each model its rendering and the voxels
 * from several azimuths, 0 being the viewpoint of the image.
 *
 * @param objects In reading order, at least one, all with the same models
 * @param options Columns, note, viewpoints (0, 45 and 90 degrees by default), scale (4) and threshold
 */
export function shapeComparison(
  objects: readonly ComparedObject[],
  options: ComparisonOptions = {},
): Bitmap {
  const { columns = 2, note, ...rest } = options;
  const views = { scale: 2 * ZOOM, azimuths: THREE_AZIMUTHS, ...rest };
  const blocks = grid(objects.map((object) => block(object, views)), columns, BETWEEN * ZOOM);
  const footer = note === undefined ? [] : [textBitmap(note, HEADING)];
  return framed(above([blocks, ...footer], { align: "start", gap: BETWEEN * ZOOM }), MARGIN * ZOOM);
}

function block({ label, input, exhibits }: ComparedObject, views: DecidedViews): Bitmap {
  const { scale } = views;
  const [, rows, columns] = exhibits[0]!.grid.size;
  const strips = exhibits.map((exhibit) => named(exhibit.label, [trainingStrip(exhibit, views)]));
  const given = named("input", [greyBitmap(input, [rows, columns], scale)]);
  return above([headings(label, columns, views), given, ...strips], { align: "start", gap: 12 });
}

/** Puts a name before images. */
function named(name: string, bitmaps: readonly Bitmap[]): Bitmap {
  return beside([textBitmap(name, { ...TEXT, width: NAMES * ZOOM, align: "start" }), ...bitmaps]);
}

function headings(
  label: string,
  columns: number,
  { scale, azimuths, elevation = 0 }: DecidedViews,
) {
  const { width } = fittingSize(columns * scale / 2, elevation);
  return beside([
    textBitmap(label, { ...TEXT, isBold: true, width: NAMES * ZOOM, align: "start" }),
    textBitmap("rendering", { ...HEADING, width: columns * scale }),
    ...azimuths.map((azimuth, i) => {
      const degrees = `${Math.round(azimuth * 180 / Math.PI)}°`;
      return textBitmap(i === 0 ? `voxels, ${degrees}` : degrees, { ...HEADING, width });
    }),
  ]);
}
