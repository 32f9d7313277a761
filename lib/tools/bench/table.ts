/**
 * Formats measurements as text.
 *
 * @module
 */
/** Formats a time in milliseconds, with at least three digits. */
export const ms = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
/** Formats a size in bytes as gigabytes. */
export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2);
