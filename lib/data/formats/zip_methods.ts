/**
 * Unpacks what a zip archive holds, by each method that Node.js brings along.
 *
 * Choice: deflate64, bzip2, LZMA and the other methods are refused, since no library for them is both
 * kept and free of native code; they are rare, and packing again helps.
 *
 * @module
 */
import { pipeline, type Readable } from "node:stream";
import { createInflateRaw, createZstdDecompress } from "node:zlib";

/** Names of the methods. Source: PKWARE's APPNOTE 6.3.10, section 4.4.5. */
const NAMES: Readonly<Record<number, string>> = {
  1: "shrinking",
  2: "reducing",
  3: "reducing",
  4: "reducing",
  5: "reducing",
  6: "imploding",
  9: "Deflate64",
  10: "PKWARE's imploding",
  12: "bzip2",
  14: "LZMA",
  16: "IBM CMPSC",
  18: "IBM TERSE",
  19: "IBM LZ77",
  20: "an early Zstandard",
  94: "MP3",
  95: "XZ",
  96: "JPEG recompression",
  97: "WavPack",
  98: "PPMd",
};

/** The method under which WinZip and 7-Zip encrypt files. */
export const ENCRYPTED = 99;

/** Makes a stream that unpacks, by method; stored files need none. */
const UNPACKERS = { 0: undefined, 8: () => createInflateRaw(), 93: () => createZstdDecompress() };

const isKnown = (method: number): method is keyof typeof UNPACKERS => method in UNPACKERS;

/** Deflate's maximum ratio. Source: zlib's technical details, "Maximum Compression". */
const DEFLATE_RATIO = 1032;

/** By how much a method can pack at most; unlimited for Zstandard, whose blocks may repeat one byte. */
export function maxRatio(method: number): number {
  return method === 8 ? DEFLATE_RATIO : Infinity;
}

/** Returns what a method is called if it cannot be unpacked; undefined if it can. */
export function unreadMethod(method: number): string | undefined {
  return isKnown(method) ? undefined : NAMES[method] ?? `method ${method}`;
}

/**
 * Unpacks a stream into memory.
 *
 * @param packed What the archive stores
 * @param method How it is packed; one that `unreadMethod` does not name
 * @param size The size to unpack to, in bytes
 * @throws If it unpacks to more or less, or is damaged
 */
export async function unpack(
  packed: Readable,
  method: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacker = isKnown(method) ? UNPACKERS[method]?.() : undefined;
  // The loop below gets the errors.
  const chunks = unpacker ? pipeline(packed, unpacker, () => {}) : packed;
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    if (at + chunk.length > size) throw new Error(`more than the declared ${size} bytes`);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < size) throw new Error(`${at} of the declared ${size} bytes`);
  return bytes;
}
