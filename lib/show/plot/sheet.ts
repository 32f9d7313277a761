/**
 * Sheets of pictures: rows with labels, columns with headings.
 *
 * @module
 */
import { above, beside, createPicture, framed, paste, type Picture } from "./bitmap.ts";
import { FAINT_INK, FONT_SIZE, GAP, MARGIN } from "./style.ts";
import { textPicture, textWidth } from "./svg.ts";

/** One row of a sheet. */
export interface SheetRow {
  /** What stands at its left; may be empty. */
  readonly label: string;
  /** One picture for each column; nothing leaves its place white. */
  readonly pictures: readonly (Picture | undefined)[];
  /** Whether a wider gap sets it off from the row above. */
  readonly isFirstOfGroup?: boolean;
}

/**
 * Draws a sheet. Every column is as wide as its widest picture, every row as high as its highest.
 *
 * @param headings What stands above each column
 * @param rows From top to bottom, at least one
 * @throws {RangeError} If a row does not have one picture, or nothing, for each heading
 */
export function labelledSheet(headings: readonly string[], rows: readonly SheetRow[]): Picture {
  for (const { label, pictures } of rows) {
    if (pictures.length === headings.length) continue;
    throw new RangeError(
      `Cannot draw a sheet: row "${label}" must have ${headings.length} pictures, ` +
        `got ${pictures.length}`,
    );
  }
  const style = { size: FONT_SIZE - 1, colour: FAINT_INK };
  const widths = headings.map((heading, column) =>
    Math.max(
      Math.ceil(textWidth(heading, style)),
      ...rows.map(({ pictures }) => pictures[column]?.width ?? 1),
    )
  );
  const labelWidth = Math.max(1, ...rows.map(({ label }) => Math.ceil(textWidth(label))));
  const top = beside([
    createPicture(labelWidth, 1),
    ...headings.map((heading, i) => textPicture(heading || " ", { ...style, width: widths[i]! })),
  ]);
  const drawn = rows.map(({ label, pictures }) => {
    const height = Math.max(...pictures.map((picture) => picture?.height ?? 1));
    const cells = pictures.map((picture, i) => centred(picture, widths[i]!, height));
    const text = textPicture(label || " ", { width: labelWidth, align: "start" });
    return beside([text, ...cells]);
  });
  const spaced = drawn.map((row, i) => {
    if (!rows[i]!.isFirstOfGroup || i === 0) return row;
    return above([createPicture(row.width, GAP), row], { gap: 0 });
  });
  return framed(above([top, ...spaced], { gap: GAP / 2 }), MARGIN);
}

/** Puts a picture into the middle of a white one. */
function centred(picture: Picture | undefined, width: number, height: number): Picture {
  const cell = createPicture(width, height);
  if (picture) {
    const [left, top] = [width - picture.width, height - picture.height];
    paste(cell, picture, Math.floor(left / 2), Math.floor(top / 2));
  }
  return cell;
}
