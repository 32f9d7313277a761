/**
 * Checks the index of a zip archive against itself.
 *
 * yauzl believes the count of files at the archive's end. It has 16 bits, and macOS's Finder writes
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
const [FILE, END, LOCATOR64] = [0x02014b50, 0x06054b50, 0x07064b50];

/** Sizes of their fixed parts in bytes. */
const [FILE_SIZE, END_SIZE, END64_SIZE, LOCATOR64_SIZE] = [46, 22, 56, 20];

/** The comment behind the end has a size of 16 bits. */
const MAX_COMMENT = 2 ** 16 - 1;

/** Bytes of the index held at once. */
const BLOCK_SIZE = 2 ** 20;

/** What the end of an archive says about its index; all in bytes, except the count. */
interface Declared {
  readonly start: number;
  readonly size: number;
  readonly count: number;
  /** Where the index truly ends: the end record begins. */
  readonly end: number;
}

/**
 * Counts the files and folders that the index lists, from its first byte to its last.
 *
 * @param path An archive with an end record
 * @throws {SyntaxError} If the index is not where the archive's end says, holds anything but
 *   records of files, or lists fewer files than the end counts
 * @throws {RangeError} If it lists more than 2^20 files
 */
export async function countListed(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { start, size, count, end } = await readDeclared(file);
    if (start + size !== end) {
      throw new SyntaxError(
        `Cannot read "${path}": its index must end at byte ${end}, got ${size} bytes from byte ` +
          `${start}; pack it again, with "zip -r" if it has more than 4 GB`,
      );
    }
    const listed = await countRecords(file, { start, end }, path);
    if (listed >= count) return listed;
    throw new SyntaxError(
      `Cannot read "${path}": its index must list the ${count} files that it counts, ` +
        `got ${listed}; make or download the archive again`,
    );
  } finally {
    await file.close();
  }
}

async function readDeclared(file: FileHandle): Promise<Declared> {
  const { size: fileSize } = await file.stat();
  const tailSize = Math.min(fileSize, LOCATOR64_SIZE + END_SIZE + MAX_COMMENT);
  const tail = await readAt(file, fileSize - tailSize, tailSize);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END);
  const at = tail.lastIndexOf(signature, tailSize - END_SIZE); // yauzl has made sure that it is there
  const locator = at - LOCATOR64_SIZE;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR64) {
    return {
      start: tail.readUInt32LE(at + 16),
      size: tail.readUInt32LE(at + 12),
      count: tail.readUInt16LE(at + 10),
      end: fileSize - tailSize + at,
    };
  }
  // Sizes from 4 GB up and counts from 65,535 up stand in a larger record (Zip64).
  const end = Number(tail.readBigUInt64LE(locator + 8));
  const end64 = await readAt(file, end, END64_SIZE);
  return {
    start: Number(end64.readBigUInt64LE(48)),
    size: Number(end64.readBigUInt64LE(40)),
    count: Number(end64.readBigUInt64LE(32)),
    end,
  };
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
