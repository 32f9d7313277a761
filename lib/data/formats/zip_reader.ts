/**
 * Lets yauzl read an archive that is a part of a file.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { close, open, read } from "node:fs";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import yauzl from "yauzl";
import type { ArchiveExtent } from "./zip_index.ts";

/** Bytes of a stream held at once. */
const CHUNK_SIZE = 2 ** 16;

const readAsync = promisify(read);

/** Reads bytes of the archive; yauzl's class counts who uses the file and closes it after the last. */
class PartReader extends yauzl.RandomAccessReader {
  constructor(readonly descriptor: number, readonly start: number) {
    super();
  }

  read(
    ...[buffer, offset, length, position, callback]: [Buffer, number, number, number, ReadCallback]
  ): void {
    read(this.descriptor, buffer, offset, length, this.start + position, callback);
  }

  // yauzl calls it by this name.
  _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#chunks(this.start + start, this.start + end), { objectMode: false });
  }

  // Not a stream of Node.js: Deno's closes the file with the first one.
  async *#chunks(at: number, end: number): AsyncGenerator<Buffer> {
    while (at < end) {
      const size = Math.min(CHUNK_SIZE, end - at);
      const { bytesRead, buffer } = await readAsync(
        this.descriptor,
        Buffer.alloc(size),
        0,
        size,
        at,
      );
      if (bytesRead === 0) return; // yauzl counts the bytes
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  close(callback: (error: Error | null) => void): void {
    close(this.descriptor, callback);
  }
}

type ReadCallback = (error: Error | null, bytesRead: number) => void;

/** Opens the archive of a file; whoever iterates over its entries closes it. */
export async function openPart(path: string, { start, end }: ArchiveExtent): Promise<unknown> {
  const descriptor = await promisify(open)(path, "r");
  try {
    const reader = new PartReader(descriptor, start);
    return await yauzl.fromRandomAccessReaderPromise(reader, end - start);
  } catch (error) {
    await promisify(close)(descriptor);
    throw error;
  }
}
