/**
 * Reads and writes NumPy's .npy format: numpy.lib.format, versions 1 to 3.
 *
 * @module
 */
import { elementCount } from "@/engine/shapes.ts";
import { type NpyType, readNpyHeader } from "./npy_header.ts";

/** An array of numbers read from a .npy file. */
export interface NpyArray {
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The values in C order, the last axis fastest. */
  readonly values: Uint8Array | Float64Array;
  /** Whether the file stores uint8, as bit-packed grids do. */
  readonly isUint8: boolean;
  /** Bytes behind the values, which `numpy.load` ignores too: mostly more arrays saved to the same file. */
  readonly trailing: number;
}

/** Readers by type. Any byte but 0 is true, as in NumPy. */
const READERS: Readonly<
  Record<NpyType, (view: DataView, at: number, isLittle: boolean) => number>
> = {
  b1: (view, at) => Number(view.getUint8(at) !== 0),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, isLittle) => view.getUint16(at, isLittle),
  u4: (view, at, isLittle) => view.getUint32(at, isLittle),
  u8: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, isLittle) => view.getInt16(at, isLittle),
  i4: (view, at, isLittle) => view.getInt32(at, isLittle),
  i8: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)),
  f2: (view, at, isLittle) => view.getFloat16(at, isLittle),
  f4: (view, at, isLittle) => view.getFloat32(at, isLittle),
  f8: (view, at, isLittle) => view.getFloat64(at, isLittle),
};

/**
 * Reads an array of booleans, integers or floats in either byte order, from whatever header
 * `readNpyHeader` reads.
 *
 * @param bytes The file
 * @param file Its name, for messages
 * @throws {SyntaxError} If the bytes are not a .npy file, or fewer than the shape needs
 * @throws {TypeError} If the values are not plain numbers
 */
export function readNpy(bytes: Uint8Array, file: string): NpyArray {
  const { type, isFortran, isLittle, shape, end } = readNpyHeader(bytes, file);
  const itemSize = Number(type.slice(1));
  const count = elementCount(shape);
  const trailing = bytes.length - end - count * itemSize;
  if (!(trailing >= 0)) {
    throw new SyntaxError(
      `Cannot read "${file}": it must hold ${end + count * itemSize} bytes ` +
        `for shape [${shape.join(", ")}] of ${type}, got ${bytes.length}; the file is cut short: ` +
        `save, copy or download it again`,
    );
  }
  const read = READERS[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stored = type === "u1"
    ? bytes.subarray(end, end + count)
    : type === "b1"
    ? Uint8Array.from({ length: count }, (_, i) => read(view, end + i, isLittle))
    : Float64Array.from({ length: count }, (_, i) => read(view, end + i * itemSize, isLittle));
  const values = isFortran ? inCOrder(stored, shape) : stored;
  return { shape, values, isUint8: type === "u1", trailing };
}

/** The header is padded to a multiple of this, which aligns the values. */
const ALIGNMENT = 64;

/**
 * Encodes a .npy file, version 1, for `numpy.load`.
 *
 * @param values The values in C order: `Float32Array` becomes float32, `Uint8Array` uint8
 * @param shape The length of each axis
 * @throws {TypeError} If there are fewer or more values than the shape needs
 */
export function encodeNpy(
  values: Float32Array | Uint8Array,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  if (values.length !== elementCount(shape)) {
    throw new TypeError(
      `Cannot write an array: values must have ${elementCount(shape)} elements for shape ` +
        `[${shape.join(", ")}], got ${values.length}`,
    );
  }
  const type = values instanceof Float32Array ? "<f4" : "|u1";
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", "); // Python tuple syntax
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${axes}), }`;
  const start = 10; // magic string, version, and the length of the header
  const length = Math.ceil((start + words.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const bytes = new Uint8Array(start + length + values.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(words.padEnd(length - 1) + "\n"), start);
  const stored = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  bytes.set(stored, start + length);
  return bytes;
}

/** Reorders values from Fortran order to C order. */
function inCOrder<T extends Uint8Array | Float64Array>(values: T, shape: readonly number[]): T {
  const ordered = values.slice() as T;
  const index = new Array<number>(shape.length).fill(0);
  for (let to = 0; to < values.length; to++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + index[axis]!;
    ordered[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return ordered;
}
