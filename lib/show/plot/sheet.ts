/**
 * Sheets of bitmaps: rows with labels, columns with headings.
 *
 * @module
 */
import { above, beside, type Bitmap, createBitmap, framed, paste } from "./bitmap.ts";
import { FAINT_INK, FONT_SIZE, GAP, MARGIN } from "./style.ts";
import { textBitmap, textWidth } from "./svg.ts";

/** One row of a sheet. */
export interface SheetRow {
  /** Label at its left; may be empty. */
  readonly label: string;
  /** One bitmap for each column; undefined leaves it white. */
  readonly bitmaps: readonly (Bitmap | undefined)[];
  /** Whether a wider gap separates it from the row above. */
  readonly isFirstOfGroup?: boolean;
}

/**
 * Draws a sheet. Every column is as wide as its widest bitmap, every row as high as its highest.
 *
 * @param headings The heading of each column
 * @param rows From top to bottom, at least one
 * @throws {RangeError} If a row does not have one entry for each heading
 */
export function labelledSheet(headings: readonly string[], rows: readonly SheetRow[]): Bitmap {
  for (const { label, bitmaps } of rows) {
    if (bitmaps.length === headings.length) continue;
    throw new RangeError(
      `Cannot draw a sheet: row "${label}" must have ${headings.length} bitmaps, ` +
        `got ${bitmaps.length}`,
    );
  }
  const style = { size: FONT_SIZE - 1, colour: FAINT_INK };
  const widths = headings.map((heading, column) =>
    Math.max(
      Math.ceil(textWidth(heading, style)),
      ...rows.map(({ bitmaps }) => bitmaps[column]?.width ?? 1),
    )
  );
  const labelWidth = Math.max(1, ...rows.map(({ label }) => Math.ceil(textWidth(label))));
  const top = beside([
    createBitmap(labelWidth, 1),
    ...headings.map((heading, i) => textBitmap(heading || " ", { ...style, width: widths[i]! })),
  ]);
  const drawn = rows.map(({ label, bitmaps }) => {
    const height = Math.max(...bitmaps.map((bitmap) => bitmap?.height ?? 1));
    const cells = bitmaps.map((bitmap, i) => centred(bitmap, widths[i]!, height));
    const text = textBitmap(label || " ", { width: labelWidth, align: "start" });
    return beside([text, ...cells]);
  });
  const spaced = drawn.map((row, i) => {
    if (!rows[i]!.isFirstOfGroup || i === 0) return row;
    return above([createBitmap(row.width, GAP), row], { gap: 0 });
  });
  return framed(above([top, ...spaced], { gap: GAP / 2 }), MARGIN);
}

/** Centres a bitmap on a white one. */
function centred(bitmap: Bitmap | undefined, width: number, height: number): Bitmap {
  const cell = createBitmap(width, height);
  if (bitmap) {
    const [left, top] = [width - bitmap.width, height - bitmap.height];
    paste(cell, bitmap, Math.floor(left / 2), Math.floor(top / 2));
  }
  return cell;
}
