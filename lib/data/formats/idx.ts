/**
 * Reads and writes the idx format of MNIST: http://yann.lecun.com/exdb/mnist/.
 *
 * Two zero bytes, the type (8 is uint8), the rank, one big-endian uint32 per axis, the values.
 *
 * @module
 */
import { elementCount } from "@/engine/shapes.ts";

/** An array read from an idx file. */
export interface IdxArray {
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The values in C order; a view of the file's bytes. */
  readonly values: Uint8Array;
}

/**
 * Reads an inflated idx file of bytes.
 *
 * @param bytes The file
 * @param file Its name, for messages
 * @param rank Number of axes: 3 for images `[N, S, S]`, 1 for labels `[N]`
 * @throws {SyntaxError} If the magic number or the number of bytes is wrong
 */
export function readIdx(bytes: Uint8Array, file: string, rank: number): IdxArray {
  const headerSize = 4 + 4 * rank;
  const magic = 0x800 + rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length < 4 ? undefined : view.getUint32(0);
  if (found !== magic) {
    const got = found === undefined ? `${bytes.length} bytes` : hexadecimal(found);
    throw new SyntaxError(
      `Cannot read "${file}": its magic number must be ${hexadecimal(magic)}, got ${got}; ` +
        `delete it to fetch it again`,
    );
  }
  if (bytes.length < headerSize) throw wrongLength(file, headerSize, bytes.length);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = headerSize + elementCount(shape);
  if (bytes.length !== size) throw wrongLength(file, size, bytes.length, shape);
  return { shape, values: bytes.subarray(headerSize) };
}

/**
 * Makes an idx file of bytes.
 *
 * @param shape The length of each axis
 * @param values In C order
 */
export function idxFile(shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const headerSize = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerSize + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
  bytes.set(values, headerSize);
  return bytes;
}

function wrongLength(file: string, expected: number, found: number, shape?: readonly number[]) {
  const reason = shape ? ` for shape [${shape.join(", ")}]` : " of header";
  return new SyntaxError(
    `Cannot read "${file}": it must hold ${expected} bytes${reason}, got ${found}; ` +
      `delete it to fetch it again`,
  );
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
