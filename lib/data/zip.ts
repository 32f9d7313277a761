/**
 * Reads the files of a zip archive one at a time, without holding the archive in memory.
 *
 * @module
 */
import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";

/** One file of an archive. */
export interface ZipEntry {
  /** Its path inside the archive; never absolute, never with `..`. */
  readonly name: string;
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What to read of an archive. */
export interface ZipSelection {
  /** Whether a file of this name is wanted. */
  readonly wanted: (name: string) => boolean;
  /** The most that one file may inflate to, so that a hostile archive cannot fill the memory. */
  readonly maxBytes: number;
}

/** The part of yauzl that is used here; the package has no types of its own. */
interface Archive {
  eachEntry(): AsyncIterable<ArchiveEntry>;
  openReadStreamPromise(entry: ArchiveEntry): Promise<Readable>;
}

interface ArchiveEntry {
  readonly fileName: string;
  readonly uncompressedSize: number;
  readonly crc32: number;
}

/**
 * Lists the files of an archive in its own order, without inflating any.
 *
 * @param path The archive
 * @throws {SyntaxError} If the archive is cut short or corrupt, or a name leads out of it
 * @throws {Deno.errors.NotFound} If there is no such file
 */
export async function listZip(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { entry } of openEntries(path)) names.push(entry.fileName);
  return names;
}

/**
 * Reads the wanted files in the order of the archive.
 *
 * @param path The archive
 * @param selection Which files, and how large they may be
 * @throws {SyntaxError} If the archive is cut short or corrupt, or a name leads out of it
 * @throws {RangeError} If a file is larger than `maxBytes`
 * @throws {Deno.errors.NotFound} If there is no such archive
 */
export async function* readZip(path: string, selection: ZipSelection): AsyncGenerator<ZipEntry> {
  for await (const { archive, entry } of openEntries(path)) {
    const { fileName: name, uncompressedSize: size } = entry;
    if (!selection.wanted(name)) continue;
    if (size > selection.maxBytes) {
      throw new RangeError(
        `Cannot read "${path}": "${name}" must inflate to at most ${selection.maxBytes} bytes, ` +
          `got ${size}; leave it out of the archive`,
      );
    }
    yield { name, bytes: await parsed(path, () => readEntry(archive, entry)) };
  }
}

/** Goes through the files of an archive; closes it at the end or when the caller stops. */
async function* openEntries(path: string) {
  await Deno.stat(path); // an error of its own where there is no such file
  const archive = await parsed(path, () => yauzl.openPromise(path) as Promise<Archive>);
  const entries = archive.eachEntry()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await parsed(path, () => entries.next());
      if (next.done) return;
      if (!next.value.fileName.endsWith("/")) yield { archive, entry: next.value };
    }
  } finally {
    await entries.return!();
  }
}

async function readEntry(archive: Archive, entry: ArchiveEntry): Promise<Uint8Array<ArrayBuffer>> {
  // The stream fails when the entry inflates to more or less than it declares.
  const bytes = await buffer(await archive.openReadStreamPromise(entry)) as Buffer<ArrayBuffer>;
  if (crc32(bytes) !== entry.crc32) throw new Error(`wrong check sum of "${entry.fileName}"`);
  return bytes;
}

/**
 * Runs a step of the parser's; what it throws is about the bytes, and the message names the file.
 */
async function parsed<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const found = (error as Error).message;
    throw new SyntaxError(
      `Cannot read "${path}": it must be a whole zip file, got ${found}; copy or download it again`,
      { cause: error },
    );
  }
}
