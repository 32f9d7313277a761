/**
 * Reads the files of a zip archive one at a time, without holding the archive in memory.
 *
 * Nothing is unpacked to disk, so no name can escape. Archives are checked anyway, because a
 * malicious or truncated one is not a data set. These are errors of the whole archive: a name that
 * leads out of it, a duplicate name, a wrong checksum, an index that is not whole, and a selected
 * file that is a link, needs a password or declares a wrong size.
 *
 * @module
 */
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { countListed } from "./zip_index.ts";

/** One file of an archive. */
export interface ZipEntry {
  /** Its path inside the archive; never absolute or with `..`. */
  readonly name: string;
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What to read from an archive. */
export interface ZipSelection {
  /** Whether to read a file, given its name and declared inflated size in bytes. */
  readonly wanted: (name: string, size: number) => boolean;
  /** Limit on a file's inflated size, so that a hostile archive cannot exhaust memory. */
  readonly maxBytes: number;
}

/** The part of yauzl used here; the package has no types. */
interface Archive {
  /** How many entries `eachEntry` gives. */
  entryCount: number;
  eachEntry(): AsyncIterable<ArchiveEntry>;
  openReadStreamPromise(entry: ArchiveEntry): Promise<Readable>;
}

interface ArchiveEntry {
  readonly fileName: string;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
  readonly externalFileAttributes: number;
  isEncrypted(): boolean;
}

/** Deflate's maximum ratio. Source: zlib's technical details, "Maximum Compression". */
const MAX_RATIO = 1032;

/** In the upper half of the attributes: the mask of the file type, and the type of a link. */
const [KIND_BITS, LINK_BITS] = [0xf000, 0xa000];

/**
 * Lists the files of an archive in its order, without inflating any.
 *
 * @param path The archive
 * @throws {SyntaxError} If the archive or its index is truncated or corrupt, or a name leads out of
 *   it or is a duplicate
 * @throws {RangeError} If it lists more than 2^20 files
 * @throws {Deno.errors.NotFound} If the archive is missing
 */
export async function listZip(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { entry } of openEntries(path)) names.push(entry.fileName);
  return names;
}

/**
 * Reads the selected files in the order of the archive.
 *
 * @param path The archive
 * @param selection Which files, and how large they may be
 * @throws {SyntaxError} If the archive or its index is truncated or corrupt, a name leads out of it
 *   or is a duplicate, or a selected file is a link, needs a password, or declares an impossible size
 * @throws {RangeError} If a selected file is larger than `maxBytes`, or the archive lists more than
 *   2^20 files
 * @throws {Deno.errors.NotFound} If the archive is missing
 */
export async function* readZip(path: string, selection: ZipSelection): AsyncGenerator<ZipEntry> {
  for await (const { archive, entry } of openEntries(path)) {
    const { fileName: name, uncompressedSize: size } = entry;
    if (!selection.wanted(name, size)) continue;
    if (size > selection.maxBytes) {
      throw new RangeError(
        `Cannot read "${path}": "${name}" must inflate to at most ${selection.maxBytes} bytes, ` +
          `got ${size}; leave it out of the archive`,
      );
    }
    checkEntry(path, entry);
    yield { name, bytes: await parsed(path, () => readEntry(archive, entry)) };
  }
}

/** Iterates over the files of an archive; closes it at the end or when the caller stops. */
async function* openEntries(path: string) {
  await Deno.stat(path); // throws NotFound if the file is missing
  const archive = await parsed(path, () => yauzl.openPromise(path) as Promise<Archive>);
  const entries = archive.eachEntry()[Symbol.asyncIterator]();
  const names = new Set<string>();
  try {
    const listed = archive.entryCount = await countListed(path);
    for (;;) {
      const next = await parsed(path, () => entries.next());
      if (next.done) {
        // Guards against a version of yauzl that counts in another way.
        if (names.size !== listed) throw new Error(`read ${names.size} of ${listed} entries`);
        return;
      }
      const { fileName: name } = next.value;
      if (names.has(name)) {
        throw new SyntaxError(
          `Cannot read "${path}": it must name each file once, got "${name}" twice; ` +
            `make or download the archive again`,
        );
      }
      names.add(name);
      if (!name.endsWith("/")) yield { archive, entry: next.value };
    }
  } finally {
    await entries.return!();
  }
}

/** Rejects links, encrypted files and impossible sizes before reading. */
function checkEntry(path: string, entry: ArchiveEntry): void {
  const { fileName: name, compressedSize, uncompressedSize: size } = entry;
  const refuse = (rule: string, found: string) => {
    throw new SyntaxError(`Cannot read "${path}": "${name}" must ${rule}, got ${found}`);
  };
  if ((entry.externalFileAttributes >>> 16 & KIND_BITS) === LINK_BITS) {
    refuse("be a regular file", "a symbolic link; pack its target");
  }
  if (entry.isEncrypted()) {
    refuse("not be encrypted", "an encrypted file; pack it without a password");
  }
  if (size > MAX_RATIO * compressedSize) {
    refuse(
      `inflate to at most ${MAX_RATIO} times its ${compressedSize} packed bytes`,
      `${size}; make or download the archive again`,
    );
  }
}

async function readEntry(archive: Archive, entry: ArchiveEntry): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(entry.uncompressedSize);
  let at = 0;
  // The stream fails if the entry inflates to more or less than it declares.
  for await (const chunk of await archive.openReadStreamPromise(entry)) {
    bytes.set(chunk as Uint8Array, at);
    at += (chunk as Uint8Array).length;
  }
  if (crc32(bytes) !== entry.crc32) throw new Error(`wrong checksum of "${entry.fileName}"`);
  return bytes;
}

/** Runs a parser step and turns its errors into a SyntaxError that names the file. */
async function parsed<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const found = (error as Error).message;
    throw new SyntaxError(
      `Cannot read "${path}": it must be a complete zip file, got ${found}; copy or download it again`,
      { cause: error },
    );
  }
}
