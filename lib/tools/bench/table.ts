/**
 * Formats tables of measurements as text.
 *
 * @module
 */
/** Formats a time in milliseconds, with at least three digits. */
export const ms = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
/** Formats a size in bytes as gigabytes. */
export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2);

/** Aligns the cells of a table: names left, numbers right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)).join("  ")
      .trimEnd()
  );
}
