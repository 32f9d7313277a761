/**
 * Reads the files of a zip archive one at a time, without holding the archive in memory.
 *
 * Nothing is unpacked to disk, so no name can escape. Archives are checked anyway, because a
 * malicious or truncated one is not a data set. These are errors of the whole archive: a name that
 * leads out of it or is no text, a duplicate name, a wrong checksum, an index that is not whole, and a selected
 * file that is a link, needs a password, is packed by a method that is not read, declares a wrong
 * size, or has another name than in the index.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { onFile, systemReason } from "@/engine/system_error.ts";
import { isSystemFile } from "./system_files.ts";
import { findArchive } from "./zip_index.ts";
import { ENCRYPTED, maxRatio, unpack, unreadMethod } from "./zip_methods.ts";
import { openPart } from "./zip_reader.ts";

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
  readLocalFileHeaderPromise(entry: ArchiveEntry): Promise<{ readonly fileName: Buffer }>;
  openReadStreamPromise(entry: ArchiveEntry, options: { decodeFileData: false }): Promise<Readable>;
}

interface ArchiveEntry {
  readonly fileName: string;
  readonly fileNameRaw: Buffer;
  readonly versionNeededToExtract: number;
  readonly generalPurposeBitFlag: number;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
  readonly externalFileAttributes: number;
  isEncrypted(): boolean;
}

/** What stands for bytes that are no UTF-8, and NUL, which ends a name for some programs. */
const NO_TEXT = /[\ufffd\0]/;

/** The flag of a file that is only a patch to another. Source: APPNOTE 6.3.10, section 4.4.4. */
const PATCH = 1 << 5;

/** The newest version of the format, 6.3, times ten. Source: APPNOTE 6.3.10, section 4.4.3. */
const NEWEST = 63;

/** In the upper half of the attributes: the mask of the file type, and the type of a link. */
const [KIND_BITS, LINK_BITS] = [0xf000, 0xa000];

/**
 * Lists the files of an archive in its order, without inflating any.
 *
 * @param path The archive
 * @throws {RangeError} If it holds nothing but other archives
 * @throws {SyntaxError} If the archive or its index is truncated or corrupt, or a name leads out of
 *   it or is a duplicate
 * @throws {RangeError} If it lists more than 2^20 files
 * @throws The system's errors, in words, such as a missing file
 */
export async function listZip(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { entry } of openEntries(path)) names.push(entry.fileName);
  const data = names.filter((name) => !isSystemFile(name));
  if (data.length > 0 && data.every(isArchive)) throw nested(path, data[0]!);
  return names;
}

/**
 * Reads the selected files in the order of the archive.
 *
 * @param path The archive
 * @param selection Which files, and how large they may be
 * @throws {SyntaxError} If the archive or its index is truncated or corrupt, a name leads out of it
 *   or is a duplicate, or a selected file is a link, needs a password, or declares an impossible size
 * @throws {RangeError} If a selected file is larger than `maxBytes`, none is selected but other archives
 *   are inside, or the archive lists more than 2^20 files
 * @throws The system's errors, in words, such as a missing file
 */
export async function* readZip(path: string, selection: ZipSelection): AsyncGenerator<ZipEntry> {
  let inner: string | undefined;
  let isEmpty = true;
  for await (const { archive, entry } of openEntries(path)) {
    const { fileName: name, uncompressedSize: size } = entry;
    if (!selection.wanted(name, size)) {
      if (isArchive(name) && !isSystemFile(name)) inner ??= name;
      continue;
    }
    isEmpty = false;
    if (size > selection.maxBytes) {
      throw new RangeError(
        `Cannot read "${path}": "${name}" must inflate to at most ${selection.maxBytes} bytes, ` +
          `got ${size}; leave it out of the archive`,
      );
    }
    checkEntry(path, entry);
    yield { name, bytes: await parsed(path, () => readEntry(archive, entry)) };
  }
  if (isEmpty && inner !== undefined) throw nested(path, inner);
}

const isArchive = (name: string) => /\.(zip|7z|rar|tar|tgz|tar\.\w+)$/i.test(name);

function nested(path: string, inner: string): RangeError {
  return new RangeError(
    `Cannot read "${path}": it must hold the files themselves, got another archive, "${inner}"; ` +
      `unpack it and use what is inside`,
  );
}

/** Iterates over the files of an archive; closes it at the end or when the caller stops. */
async function* openEntries(path: string) {
  const extent = await onFile("read", path, () => findArchive(path));
  const archive = await parsed(path, () => openPart(path, extent) as Promise<Archive>);
  archive.entryCount = extent.count;
  const entries = archive.eachEntry()[Symbol.asyncIterator]();
  const names = new Set<string>();
  let count = 0;
  try {
    for (;;) {
      const next = await parsed(path, () => entries.next());
      if (next.done) {
        // Guards against a version of yauzl that counts in another way.
        if (count !== extent.count) throw new Error(`read ${count} of ${extent.count} entries`);
        return;
      }
      count++;
      const { fileName: name } = next.value;
      if (NO_TEXT.test(name)) {
        throw new SyntaxError(
          `Cannot read "${path}": the names of its files must be text, ` +
            `got ${JSON.stringify(name)}; make or download the archive again`,
        );
      }
      if (name.endsWith("/")) continue; // a folder, which may well be listed twice
      if (names.has(name)) {
        throw new SyntaxError(
          `Cannot read "${path}": it must name each file once, got "${name}" twice; ` +
            `make or download the archive again`,
        );
      }
      names.add(name);
      yield { archive, entry: next.value };
    }
  } finally {
    await entries.return!();
  }
}

/** Rejects links, encrypted files, unknown methods and impossible sizes before reading. */
function checkEntry(path: string, entry: ArchiveEntry): void {
  const { fileName: name, compressedSize, uncompressedSize: size, compressionMethod } = entry;
  const refuse = (rule: string, found: string) => {
    throw new SyntaxError(`Cannot read "${path}": "${name}" must ${rule}, got ${found}`);
  };
  if ((entry.externalFileAttributes >>> 16 & KIND_BITS) === LINK_BITS) {
    refuse("be a regular file", "a symbolic link; pack its target");
  }
  if (entry.isEncrypted() || compressionMethod === ENCRYPTED) {
    refuse("not be encrypted", "an encrypted file; pack it without a password");
  }
  if (entry.generalPurposeBitFlag & PATCH) {
    refuse("be a whole file", "a patch to one; make or download the archive again");
  }
  const version = entry.versionNeededToExtract & 0xff; // the rest names a system
  if (version > NEWEST) {
    refuse(
      "need at most version 6.3 of the format",
      `${version / 10}; make or download the archive again`,
    );
  }
  const unread = unreadMethod(compressionMethod);
  if (unread !== undefined) {
    refuse(
      "be packed by deflate or Zstandard, or stored",
      `${unread}; unpack the archive and pack it again with "zip -r"`,
    );
  }
  const ratio = maxRatio(compressionMethod);
  if (size > ratio * compressedSize) {
    refuse(
      `inflate to at most ${ratio} times its ${compressedSize} packed bytes`,
      `${size}; make or download the archive again`,
    );
  }
}

async function readEntry(archive: Archive, entry: ArchiveEntry): Promise<Uint8Array<ArrayBuffer>> {
  const { fileName: name, compressionMethod: method, uncompressedSize: size } = entry;
  // The name stands in the index and before the content; yauzl believes the index.
  const { fileName } = await archive.readLocalFileHeaderPromise(entry);
  if (!fileName.equals(entry.fileNameRaw)) {
    throw new Error(`the content of another file for "${name}"`);
  }
  const packed = await archive.openReadStreamPromise(entry, { decodeFileData: false });
  const bytes = await unpack(packed, method, size).catch((error) => {
    throw systemReason(error)
      ? error
      : new Error(`"${name}" with ${error.message}`, { cause: error });
  });
  if (crc32(bytes) !== entry.crc32) throw new Error(`wrong checksum of "${name}"`);
  return bytes;
}

/** What yauzl says of archives that are whole but not read, and what helps. */
const CURES: readonly (readonly [RegExp, rule: string, found: string, cure: string])[] = [
  [
    /^(?:absolute path|invalid relative path): (.*)$/s,
    "name its files below its own folder",
    '"$1"',
    'pack it again with "zip -r"',
  ],
  [
    /^strong encryption/,
    "not be encrypted",
    "an encrypted archive",
    "pack it without a password",
  ],
  [/^multi-disk/, "be one file", "one of several parts", 'join them with "zip -s 0"'],
];

/** Runs a parser step and turns its errors into ones that name the file. */
async function parsed<T>(path: string, step: () => Promise<T>): Promise<T> {
  return await onFile("read", path, async () => {
    try {
      return await step();
    } catch (error) {
      if (systemReason(error)) throw error;
      const { message } = error as Error;
      const known = CURES.find(([pattern]) => pattern.test(message));
      const [pattern, rule, found, cure] = known ??
        [/^.*$/s, "be a complete zip file", "$&", "copy or download it again"];
      throw new SyntaxError(
        `Cannot read "${path}": it must ${rule}, got ${message.replace(pattern, found)}; ${cure}`,
        { cause: error },
      );
    }
  });
}
