/**
 * Reads the files of a zip archive one at a time, without holding the archive in memory.
 *
 * Nothing is unpacked to the disk, so no name can lead anywhere; archives are checked all the same,
 * because one that is built to do harm, or half of one, is no data set: a name that leads out of the
 * archive, a name given twice, a wanted file that is a link, needs a password, or declares another size
 * than it has, and a wrong check sum are errors of the whole archive.
 *
 * @module
 */
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
  /** Whether a file of this name is wanted, which declares to inflate to so many bytes. */
  readonly wanted: (name: string, size: number) => boolean;
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
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
  readonly externalFileAttributes: number;
  isEncrypted(): boolean;
}

/** The most files that an archive may list; CelebA's has 202,599. Their names are held in memory. */
const MAX_FILES = 2 ** 20;

/** The most bytes that deflate makes of one. Source: zlib's technical details, "Maximum Compression". */
const MAX_RATIO = 1032;

/** Of the upper half of the attributes: the bits that tell the kind of a file, and those of a link. */
const [KIND_BITS, LINK_BITS] = [0xf000, 0xa000];

/**
 * Lists the files of an archive in its own order, without inflating any.
 *
 * @param path The archive
 * @throws {SyntaxError} If the archive is cut short or corrupt, a name leads out of it or is given twice
 * @throws {RangeError} If it lists more than 2^20 files
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
 * @throws {SyntaxError} If the archive is cut short or corrupt, a name leads out of it or is given
 *   twice, or a wanted file is a link, needs a password, or declares a size that it cannot have
 * @throws {RangeError} If a wanted file is larger than `maxBytes`, or the archive lists more than 2^20
 * @throws {Deno.errors.NotFound} If there is no such archive
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

/** Goes through the files of an archive; closes it at the end or when the caller stops. */
async function* openEntries(path: string) {
  await Deno.stat(path); // an error of its own where there is no such file
  const archive = await parsed(path, () => yauzl.openPromise(path) as Promise<Archive>);
  const entries = archive.eachEntry()[Symbol.asyncIterator]();
  const names = new Set<string>();
  try {
    for (;;) {
      const next = await parsed(path, () => entries.next());
      if (next.done) return;
      const { fileName: name } = next.value;
      if (names.has(name)) {
        throw new SyntaxError(
          `Cannot read "${path}": it must name each file once, got "${name}" twice; ` +
            `make or download the archive again`,
        );
      }
      if (names.size === MAX_FILES) {
        throw new RangeError(
          `Cannot read "${path}": it must list at most ${MAX_FILES} files, got more`,
        );
      }
      names.add(name);
      if (!name.endsWith("/")) yield { archive, entry: next.value };
    }
  } finally {
    await entries.return!();
  }
}

/** Refuses what a wanted file must not be, before any of it is read. */
function checkEntry(path: string, entry: ArchiveEntry): void {
  const { fileName: name, compressedSize, uncompressedSize: size } = entry;
  const refuse = (rule: string, found: string) => {
    throw new SyntaxError(`Cannot read "${path}": "${name}" must ${rule}, got ${found}`);
  };
  if ((entry.externalFileAttributes >>> 16 & KIND_BITS) === LINK_BITS) {
    refuse("be a file", "a symbolic link; pack what it leads to");
  }
  if (entry.isEncrypted()) {
    refuse("be readable by all", "an encrypted file; pack it without a password");
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
  // The stream fails when the entry inflates to more or less than it declares.
  for await (const chunk of await archive.openReadStreamPromise(entry)) {
    bytes.set(chunk as Uint8Array, at);
    at += (chunk as Uint8Array).length;
  }
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
