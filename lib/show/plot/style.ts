/**
 * The style that all figures share: font, colours, margins, and the viewpoints of the post.
 *
 * @module
 */

/**
 * The typeface, for SVG drawn by a browser; images use its first name, which is bundled.
 * Choice: Inter, for its even digits and its legibility at 11 pixels.
 */
export const FONT_FAMILY = 'Inter, "Helvetica Neue", Arial, sans-serif';

/** Size of a figure's text, in pixels. */
export const FONT_SIZE = 13;

/** Text and lines; a soft black. */
export const INK = "#1f2430";

/** Secondary text, such as shapes and step numbers. */
export const FAINT_INK = "#6b7280";

/** Grid lines and frames. */
export const RULE = "#d9dce3";

/**
 * Colours of series and stages, in order of use.
 * Choice: the palette of Okabe and Ito without its yellow: readers with any colour vision can tell
 * its colours apart, and they stand out on white.
 */
export const SERIES_COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
] as const;

/**
 * Colours of the classes of a set, ten of them.
 * Choice: Observable's palette for categories; not every reader can tell ten colours apart, so
 * figures also name classes in place.
 */
export const CLASS_COLOURS = [
  "#4269d0",
  "#efb118",
  "#ff725c",
  "#6cc5b0",
  "#3ca951",
  "#ff8ab7",
  "#a463f2",
  "#97bbf5",
  "#9c6b4e",
  "#9498a0",
] as const;

/** White pixels between neighbouring images. */
export const GAP = 8;

/** White pixels around a figure. */
export const MARGIN = 16;
