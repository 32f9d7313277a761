/** Malicious zip archives. */
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";

/** A file of an archive, and what the archive declares. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Declared inflated size; by default the true one. */
  readonly declaredSize?: number;
  /** Whether it is declared as encrypted. */
  readonly isEncrypted?: boolean;
  /** Whether it is declared as a symbolic link; its content is the target. */
  readonly isLink?: boolean;
  /** How it is packed, as the format numbers it; by default 8, deflate. Others are declared only. */
  readonly method?: number;
}

/** Packs files without any check. */
export function hostileZip(files: readonly HostileFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const { method = 8 } = file;
    const pack = { 0: (bytes: Uint8Array) => bytes, 93: zstdCompressSync }[method] ??
      deflateRawSync;
    const packed = pack(file.bytes);
    const local = concatenated(
      numbers([4, 0x04034b50], [2, 45], [2, 0], [2, method], [4, 0], [4, crc32(file.bytes)]),
      numbers([4, packed.length], [4, file.bytes.length], [2, name.length], [2, 0]),
      name,
      packed,
    );
    const { declaredSize: size = file.bytes.length, isEncrypted, isLink } = file;
    // Sizes from 4 GB up go into an extra field, with all ones in their place (Zip64).
    const extra = size < 2 ** 32 - 1 ? new Uint8Array() : numbers([2, 1], [2, 8], [8, size]);
    directory.push(concatenated(
      numbers([4, 0x02014b50], [2, 3 << 8 | 45], [2, 45], [2, isEncrypted ? 1 : 0], [2, method]),
      numbers([4, 0], [4, crc32(file.bytes)], [4, packed.length]),
      numbers([4, Math.min(size, 2 ** 32 - 1)], [2, name.length], [2, extra.length], [2, 0]),
      numbers([2, 0], [2, 0], [4, (isLink ? 0o120777 : 0o100644) * 2 ** 16], [4, at]),
      name,
      extra,
    ));
    parts.push(local);
    at += local.length;
  }
  const listing = concatenated(...directory);
  const count = files.length;
  return concatenated(
    ...parts,
    listing,
    numbers([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, listing.length], [4, at], [2, 0]),
  );
}

/** Writes little-endian numbers, each with its number of bytes. */
function numbers(...fields: readonly (readonly [size: number, value: number])[]): Uint8Array {
  return concatenated(
    ...fields.map(([size, value]) =>
      Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256)
    ),
  );
}

function concatenated(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
