/**
 * Tables as text.
 *
 * @module
 */

/**
 * Aligns the cells of a table, two spaces apart.
 *
 * @param rows The cells; a row may have fewer than the first
 * @param isNumber Whether a column's cells end at its right; all but the first unless given
 */
export function aligned(
  rows: readonly (readonly string[])[],
  isNumber: (column: number) => boolean = (column) => column > 0,
): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))
      .join("  ").trimEnd()
  );
}
