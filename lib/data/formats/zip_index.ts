/**
 * Finds an archive in its file, and checks its index against itself.
 *
 * The archive may be a part of the file: self-extracting archives have a program in front, with offsets
 * that do not count it, and downloads have bytes behind the end. yauzl refuses both.
 *
 * yauzl also believes the count of files at the archive's end. It has 16 bits, and macOS's Finder writes
 * it modulo 65,536 (yauzl's issues 60 and 69), so a part of a large archive would pass for the
 * whole. The index itself says where it ends.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";

/** Limit on the number of files, since their names are held in memory; CelebA has 202,599. */
const MAX_FILES = 2 ** 20;

/** Signatures of the records. Source: PKWARE's APPNOTE 6.3.10, sections 4.3.12 to 4.3.16. */
const [LOCAL, FILE, END, END64, LOCATOR64] = [
  0x04034b50,
  0x02014b50,
  0x06054b50,
  0x06064b50,
  0x07064b50,
];

/** Sizes of their fixed parts in bytes. */
const [FILE_SIZE, END_SIZE, END64_SIZE, LOCATOR64_SIZE] = [46, 22, 56, 20];

/** The comment behind the end has a size of 16 bits. */
const MAX_COMMENT = 2 ** 16 - 1;

/** Bytes of the index held at once. */
const BLOCK_SIZE = 2 ** 20;

/** Where an archive is in its file, and how much its index lists. */
export interface ArchiveExtent {
  /** Bytes in front of it. */
  readonly start: number;
  /** Where it ends; other bytes may follow. */
  readonly end: number;
  /** Files and folders that its index lists. */
  readonly count: number;
}

/** What the end of an archive says about its index; all in bytes, except the count. */
interface Declared {
  /** From the start of the archive. */
  readonly start: number;
  readonly size: number;
  readonly count: number;
  /** Where the index truly ends in the file: the end record begins. */
  readonly indexEnd: number;
  /** Where the archive ends in the file. */
  readonly end: number;
}

/**
 * Finds the archive in a file, and counts the files and folders that its index lists, from its first
 * byte to its last.
 *
 * @param path A file
 * @throws {SyntaxError} If it has no end record, or the index is not where the end record says, holds
 *   anything but records of files, or lists fewer files than are counted
 * @throws {RangeError} If it lists more than 2^20 files
 */
export async function findArchive(path: string): Promise<ArchiveExtent> {
  const file = await open(path);
  try {
    const declared = await readDeclared(file, path);
    const { start, size, count, indexEnd, end } = declared;
    const front = indexEnd - size - start;
    const listed = { start: start + front, end: indexEnd };
    if (front !== 0 && !await beginsAt(file, front, listed)) {
      throw new SyntaxError(
        `Cannot read "${path}": its index must end at byte ${indexEnd}, got ${size} bytes from byte ` +
          `${start}; pack it again, with "zip -r" if it has more than 4 GB`,
      );
    }
    const found = await countRecords(file, listed, path);
    if (found >= count) return { start: front, end, count: found };
    throw new SyntaxError(
      `Cannot read "${path}": its index must list the ${count} files that it counts, ` +
        `got ${found}; make or download the archive again`,
    );
  } finally {
    await file.close();
  }
}

/** Tells whether the first file of the index is where it must be if the archive begins there. */
async function beginsAt(
  file: FileHandle,
  front: number,
  { start, end }: Pick<Declared, "start" | "end">,
): Promise<boolean> {
  if (front < 0 || end - start < FILE_SIZE) return false;
  const record = await readAt(file, start, FILE_SIZE);
  const local = await readAt(file, front + record.readUInt32LE(42), 4);
  return local.length === 4 && local.readUInt32LE(0) === LOCAL;
}

async function readDeclared(file: FileHandle, path: string): Promise<Declared> {
  const { size: fileSize } = await file.stat();
  const tailSize = Math.min(fileSize, LOCATOR64_SIZE + END_SIZE + MAX_COMMENT);
  const tail = await readAt(file, fileSize - tailSize, tailSize);
  const at = tailSize < END_SIZE ? -1 : tail.lastIndexOf(signature(END), tailSize - END_SIZE);
  if (at < 0) throw await notAnArchive(file, path);
  const comment = tail.readUInt16LE(at + 20);
  const end = Math.min(fileSize, fileSize - tailSize + at + END_SIZE + comment);
  const locator = at - LOCATOR64_SIZE;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR64) {
    return {
      start: tail.readUInt32LE(at + 16),
      size: tail.readUInt32LE(at + 12),
      count: tail.readUInt16LE(at + 10),
      indexEnd: fileSize - tailSize + at,
      end,
    };
  }
  // Sizes from 4 GB up and counts from 65,535 up stand in a larger record (Zip64). It is where the
  // locator says, or with bytes in front of the archive, just before the locator.
  const places = [
    Number(tail.readBigUInt64LE(locator + 8)),
    fileSize - tailSize + locator - END64_SIZE,
  ];
  for (const indexEnd of places) {
    if (indexEnd < 0 || indexEnd > fileSize - END64_SIZE) continue;
    const end64 = await readAt(file, indexEnd, END64_SIZE);
    if (end64.readUInt32LE(0) !== END64) continue;
    return {
      start: Number(end64.readBigUInt64LE(48)),
      size: Number(end64.readBigUInt64LE(40)),
      count: Number(end64.readBigUInt64LE(32)),
      indexEnd,
      end,
    };
  }
  throw new SyntaxError(
    `Cannot read "${path}": its end of 64 bits must be at byte ${places[0]}, got none; ` +
      `make or download the archive again`,
  );
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** First bytes, in hexadecimal, of files that are taken for zip archives, and what helps. */
const OTHER_FILES: readonly (readonly [start: string, found: string, cure: string])[] = [
  ["526172211a07", "a RAR archive", 'unpack it and pack it with "zip -r"'],
  ["377abcaf271c", "a 7z archive", 'unpack it and pack it with "zip -r"'],
  ["1f8b", "a gzip file", 'unpack it and pack it with "zip -r"'],
  ["fd377a585a00", "an xz file", 'unpack it and pack it with "zip -r"'],
  ["425a68", "a bzip2 file", 'unpack it and pack it with "zip -r"'],
  ["3c21", "a web page", "download it again, with a browser if the site wants one"],
  ["3c68746d6c", "a web page", "download it again, with a browser if the site wants one"],
];

async function notAnArchive(file: FileHandle, path: string): Promise<SyntaxError> {
  const start = (await readAt(file, 0, 8)).toString("hex");
  const [, found, cure] = OTHER_FILES.find(([begin]) => start.startsWith(begin)) ??
    (start.startsWith("504b")
      ? ["", "a start without an end", "copy or download it again"]
      : ["", `${start ? "other" : "no"} bytes`, "choose another file, or download it again"]);
  return new SyntaxError(
    `Cannot read "${path}": it must be a complete zip file, got ${found}; ${cure}`,
  );
}

/** Steps from record to record. */
async function countRecords(
  file: FileHandle,
  { start, end }: Pick<Declared, "start" | "end">,
  path: string,
): Promise<number> {
  let [block, blockStart, count, at] = [Buffer.alloc(0), start, 0, start];
  while (at < end) {
    if (at + FILE_SIZE > blockStart + block.length) {
      block = await readAt(file, at, Math.min(BLOCK_SIZE, end - at));
      blockStart = at;
    }
    const record = block.subarray(at - blockStart);
    const isFile = record.length >= FILE_SIZE && record.readUInt32LE(0) === FILE;
    // Behind the fixed part: the name, extra fields and a comment.
    const next = isFile
      ? at + FILE_SIZE + record.readUInt16LE(28) + record.readUInt16LE(30) + record.readUInt16LE(32)
      : Infinity;
    if (next > end) {
      throw new SyntaxError(
        `Cannot read "${path}": its index must hold whole records of files up to byte ${end}, ` +
          `got ${
            isFile ? "a longer one" : "none"
          } at byte ${at}; make or download the archive again`,
      );
    }
    if (count === MAX_FILES) {
      throw new RangeError(
        `Cannot read "${path}": it must list at most ${MAX_FILES} files, got more`,
      );
    }
    count++;
    at = next;
  }
  return count;
}

/** Reads a part of a file; less only if the file ends. */
async function readAt(file: FileHandle, start: number, size: number): Promise<Buffer<ArrayBuffer>> {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(buffer, filled, size - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
