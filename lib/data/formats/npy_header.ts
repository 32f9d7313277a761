/**
 * Reads the headers of .npy files: numpy.lib.format, versions 1 to 3.
 *
 * @module
 */
import { PythonTuple, type PythonValue, readPythonLiteral } from "./python_literal.ts";

/** What a header says of the values behind it. */
export interface NpyHeader {
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** Whether the first axis runs fastest. */
  readonly isFortran: boolean;
  /** The type of the values: NumPy's kind and its size in bytes, such as `f4`. */
  readonly type: NpyType;
  /** Whether the values are little-endian. */
  readonly isLittle: boolean;
  /** Where the values start. */
  readonly end: number;
}

/** The types that can be read. */
export type NpyType = `${"i" | "u"}${1 | 2 | 4 | 8}` | `f${2 | 4 | 8}` | "b1";

/** All spellings of each type; sizes of C's types are those of 64-bit Linux and macOS. */
const SPELLINGS: Readonly<Record<NpyType, { codes: string; names: string }>> = {
  b1: { codes: "b1 ?", names: "bool bool_" },
  i1: { codes: "i1 b", names: "int8 byte" },
  i2: { codes: "i2 h", names: "int16 short" },
  i4: { codes: "i4 i", names: "int32 intc" },
  i8: { codes: "i8 l q p n", names: "int64 int int_ long longlong intp" },
  u1: { codes: "u1 B", names: "uint8 ubyte" },
  u2: { codes: "u2 H", names: "uint16 ushort" },
  u4: { codes: "u4 I", names: "uint32 uintc" },
  u8: { codes: "u8 L Q P N", names: "uint64 uint ulong ulonglong uintp" },
  f2: { codes: "f2 e", names: "float16 half" },
  f4: { codes: "f4 f", names: "float32 single" },
  f8: { codes: "f8 d", names: "float64 float double" },
};

/** Types by spelling. Codes may have a byte order in front, names may not. */
const TYPES: ReadonlyMap<string, { type: NpyType; isLittle: boolean }> = new Map(
  Object.entries(SPELLINGS).flatMap(([type, { codes, names }]) => {
    const ordered = ["", "<", ">", "=", "|"].flatMap((order) =>
      codes.split(" ").map((code) => order + code)
    );
    // Native order is little-endian on every machine that this project runs on.
    return [...ordered, ...names.split(" ")].map((spelling) =>
      [spelling, { type: type as NpyType, isLittle: !spelling.startsWith(">") }] as const
    );
  }),
);

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];

/** Longest header in characters: NumPy's own limit. */
const MAX_HEADER = 10_000;

/**
 * Reads what `numpy.load(allow_pickle=False)` reads: a Python dictionary in any layout, with any spelling of
 * a type of plain numbers. A structured type of one such field is read as that field.
 *
 * @param bytes The file
 * @param file Its name, for messages
 * @throws {SyntaxError} If the bytes do not start with such a header
 * @throws {TypeError} If the values are not plain numbers
 */
export function readNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const fail = (rule: string, found: string): never => {
    throw new SyntaxError(`Cannot read "${file}": ${rule}, got ${found}`);
  };
  if (bytes.length < 12 || !isStartOf(bytes, MAGIC)) {
    fail("it must be an array written by numpy.save", whatElse(bytes));
  }
  const [version, minor] = [bytes[6]!, bytes[7]!];
  if (version < 1 || version > 3 || minor !== 0) {
    fail("its version must be 1.0, 2.0 or 3.0", `${version}.${minor}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = version === 1
    ? [10, view.getUint16(8, true)]
    : [12, view.getUint32(8, true)];
  if (start + length > bytes.length) {
    fail(
      `it must hold ${length} bytes of header`,
      `${bytes.length - start}; copy or download it again`,
    );
  }
  if (length > MAX_HEADER) fail(`its header must have at most ${MAX_HEADER} bytes`, `${length}`);
  const text = decoded(bytes.subarray(start, start + length), version === 3 ? "utf-8" : "latin1");
  if (text === undefined) return fail("its header must be text in UTF-8", "other bytes");
  const header = parsed(text, version < 3, fail);
  const [shape, isFortran] = [header.get("shape"), header.get("fortran_order")];
  const isShape = shape instanceof PythonTuple && shape.items.every(isLength);
  if (!isShape) fail("its shape must be a tuple of integers >= 0", inWords(shape!));
  if (typeof isFortran !== "boolean") {
    return fail("its fortran_order must be True or False", inWords(isFortran!));
  }
  return {
    shape: (shape as PythonTuple).items.map(Number),
    isFortran,
    ...typeOf(header.get("descr")!, file),
    end: start + length,
  };
}

/** Decodes text; undefined if it is in another encoding. */
function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Says what a file is that is no array. */
function whatElse(bytes: Uint8Array): string {
  if (isStartOf(bytes, [0x50, 0x4b, 3, 4])) return "a zip file; let its name end in .npz";
  if (isStartOf(bytes, [0x1f, 0x8b])) return "a gzip file; let its name end in .npy.gz";
  if (isStartOf(bytes, MAGIC)) {
    return `its first ${bytes.length} bytes; copy or download it again`;
  }
  return bytes.length === 0 ? "an empty file" : `${bytes.length} other bytes`;
}

function isStartOf(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

const KEYS = ["descr", "fortran_order", "shape"];

function parsed(
  text: string,
  allowsLong: boolean,
  fail: (rule: string, found: string) => never,
): ReadonlyMap<PythonValue, PythonValue> {
  const rule = `its header must be a Python dictionary of ${KEYS.join(", ")}`;
  try {
    const header = readPythonLiteral(text, { allowsLong });
    if (header instanceof Map && header.size === 3 && KEYS.every((key) => header.has(key))) {
      return header;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(rule, `${JSON.stringify(text.trim())} (${error.message})`);
  }
  return fail(rule, JSON.stringify(text.trim()));
}

function isLength(value: PythonValue): boolean {
  return typeof value === "bigint" && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

function typeOf(descr: PythonValue, file: string): { type: NpyType; isLittle: boolean } {
  const fields = Array.isArray(descr) ? descr : [];
  const only = fields.length === 1 && fields[0] instanceof PythonTuple ? fields[0].items : [];
  const spelling = only.length === 2 ? only[1] : descr;
  const type = typeof spelling === "string" ? TYPES.get(spelling) : undefined;
  if (type) return type;
  const cure = fields.length > 1
    ? 'save one field alone, as array["NAME"]'
    : 'convert it first, as by array.astype("uint8")';
  throw new TypeError(
    `Cannot read "${file}": its values must be booleans, integers or floats of at most 64 bits, ` +
      `got type ${inWords(descr)}; ${cure}`,
  );
}

/** Writes a value as Python does, but for quotes. */
function inWords(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return value;
  if (value instanceof PythonTuple) return `(${value.items.map(inWords).join(", ")})`;
  if (Array.isArray(value)) return `[${value.map(inWords).join(", ")}]`;
  return value instanceof Map ? "a dictionary" : String(value);
}
