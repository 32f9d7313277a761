/**
 * The check sum that this project's safetensors files carry, since the format itself cannot detect damaged
 * values, and what follows where it does not fit.
 *
 * The sum is the last word of the header, and the only thing that other programs which save a file again
 * cannot keep right. So whether it must fit depends on who wrote the header. Ours ends in `__metadata__` and has
 * no blanks between words; safetensors for Python, Rust and others put `__metadata__` first or leave it out, and
 * Python's json module writes blanks. A single damaged byte turns neither into the other: a blank in place of
 * a digit changes a length, which the layout of the values shows.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Its name in the metadata, which it ends. */
export const CHECKSUM = "sha256";

/** Placeholder for the sum while it is computed. */
export const BLANK = "0".repeat(64);

/** What the sum tells of a file: that nothing changed, nothing at all, or that bytes changed. */
export type Verdict = "intact" | "no sum" | "stale sum" | "damaged";

/** Replaces the placeholder at the end of the header by the sum of all bytes. */
export function writeSum(start: Uint8Array, values: readonly Uint8Array[]): void {
  const sum = new TextEncoder().encode(sha256([start, ...values]));
  start.set(sum, sumPosition(start, start.length));
}

/**
 * Judges a file whose header parsed and whose values lie as the header says.
 *
 * @param bytes The file
 * @param headerEnd Where its values start
 * @param header The header as parsed, its keys in the order of the file
 * @param metadata Its metadata
 */
export function judge(
  bytes: Uint8Array,
  headerEnd: number,
  header: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, string>>,
): Verdict {
  const sum = metadata[CHECKSUM];
  if (sum !== undefined && sum === sumOf(bytes, headerEnd)) return "intact";
  const isOurs = Object.keys(header).at(-1) === "__metadata__" &&
    !/\s/.test(outsideStrings(new TextDecoder().decode(bytes.subarray(8, headerEnd)).trimEnd()));
  if (!isOurs) return sum === undefined ? "no sum" : "stale sum";
  const hasSum = Object.values(metadata).some((value) => /^[\da-f]{64}$/.test(value)); // its name may be damaged
  return sum === undefined && !hasSum ? "no sum" : "damaged";
}

function outsideStrings(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
}

/** Gives the sum of all bytes, with its own place left blank. */
function sumOf(bytes: Uint8Array, headerEnd: number): string {
  const at = sumPosition(bytes, headerEnd);
  const blank = new TextEncoder().encode(BLANK);
  return sha256([bytes.subarray(0, at), blank, bytes.subarray(at + blank.length)]);
}

/** The sum's position: the header ends in `"sum"}}` and spaces. */
function sumPosition(bytes: Uint8Array, headerEnd: number): number {
  let end = headerEnd;
  while (bytes[end - 1] === 0x20) end--;
  return Math.max(8, end - 3 - BLANK.length);
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
