/**
 * Ways to damage a file: as it is, or below a layer whose checksum would give the damage away, so that
 * more than the checksum is tried.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { crc32, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import type { Mutant } from "./mutate.ts";

/** Damages bytes. */
export type Damage = (bytes: Uint8Array) => Mutant;

/** Damages a sound file in one of the ways. */
export type Way = (file: Uint8Array, damage: Damage) => Mutant;

/** Damages a file and leaves it so. */
export function asItIs(file: Uint8Array, damage: Damage): Mutant {
  return damage(file);
}

/** Damages what a gzip file holds, and packs it again. */
export function belowGzip(file: Uint8Array, damage: Damage): Mutant {
  const { bytes, how } = damage(new Uint8Array(gunzipSync(file)));
  return { bytes: new Uint8Array(gzipSync(bytes)), how: `${how} (inflated)` };
}

/** Position of a PNG's first chunk: length, name, content, checksum. */
const FIRST_CHUNK = 8;

/** Yields the start and the end of each chunk's name and content, as far as a PNG has chunks. */
function* chunksOf(png: Uint8Array): Generator<{ start: number; end: number }> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = FIRST_CHUNK; at + 12 <= png.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > png.length) return;
    yield { start: at + 4, end };
    at = end + 4;
  }
}

/** Damages a PNG, and makes the checksums of its chunks right. */
export function belowPngSums(png: Uint8Array, damage: Damage): Mutant {
  return withChecksums(damage(png));
}

/** Makes the checksums of a damaged PNG right, as far as it has chunks. */
function withChecksums({ bytes, how }: Mutant): Mutant {
  const view = new DataView(bytes.buffer);
  for (const { start, end } of chunksOf(bytes)) {
    view.setUint32(end, crc32(bytes.subarray(start, end)));
  }
  return { bytes, how: `${how} (checksums made right)` };
}

/** Damages the rows of a PNG with one chunk of pixels, and packs them again. */
export function belowPngStream(png: Uint8Array, damage: Damage): Mutant {
  const isPixels = ({ start }: { start: number }) =>
    String.fromCharCode(...png.subarray(start, start + 4)) === "IDAT";
  const { start, end } = [...chunksOf(png)].find(isPixels)!;
  const { bytes: rows, how } = damage(new Uint8Array(inflateSync(png.subarray(start + 4, end))));
  const packed = deflateSync(rows);
  const bytes = new Uint8Array(png.length - (end - start - 4) + packed.length);
  bytes.set(png.subarray(0, start + 4));
  bytes.set(packed, start + 4);
  bytes.set(png.subarray(end), start + 4 + packed.length);
  new DataView(bytes.buffer).setUint32(start - 4, packed.length);
  return withChecksums({ bytes, how: `${how} (rows of pixels)` });
}

/** The text before the checksum of one of our checkpoints, which has 64 digits. */
const CHECKSUM = '"sha256":"';

/** Damages a checkpoint, and makes our own checksum right, if it still has one. */
export function belowOwnSum(file: Uint8Array, damage: Damage): Mutant {
  const { bytes, how } = damage(file);
  const at = new TextDecoder("latin1").decode(bytes).indexOf(CHECKSUM) + CHECKSUM.length;
  if (at < CHECKSUM.length || at + 64 > bytes.length) return { bytes, how };
  bytes.set(new TextEncoder().encode("0".repeat(64)), at);
  bytes.set(new TextEncoder().encode(createHash("sha256").update(bytes).digest("hex")), at);
  return { bytes, how: `${how} (checksum made right)` };
}
