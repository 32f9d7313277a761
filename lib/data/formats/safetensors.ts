/**
 * Reads and writes the safetensors format: the header's length in 8 bytes, a JSON header, the raw
 * little-endian values. Source: the format's README (huggingface/safetensors).
 *
 * @module
 */
import { elementCount } from "@/engine/shapes.ts";
import { BLANK, CHECKSUM, judge, writeSum } from "./tensor_sum.ts";

/** A tensor's values and shape. Other precisions exist only in files: in memory it is float32. */
export interface StoredTensor {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Float32, or bytes for images and grids. */
  readonly values: Float32Array | Uint8Array;
}

/** The content of a file. */
export interface TensorFile {
  /** The tensors, by name. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Free text, by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The content of a file that was read. */
export interface ReadTensorFile extends TensorFile {
  /** What a user should know: that another program saved the file, so that its bytes cannot be checked. */
  readonly notice?: string;
}

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/** How values are read by type: bytes of each, and what becomes of them. */
const READERS: Readonly<
  Record<string, { size: number; read: (raw: Uint8Array<ArrayBuffer>) => StoredTensor["values"] }>
> = {
  F64: { size: 8, read: (raw) => Float32Array.from(new Float64Array(raw.slice().buffer)) },
  F32: { size: 4, read: (raw) => new Float32Array(raw.slice().buffer) },
  F16: { size: 2, read: (raw) => Float32Array.from(new Float16Array(raw.slice().buffer)) },
  BF16: { size: 2, read: readBrainFloats },
  U8: { size: 1, read: (raw) => raw },
};

/** bfloat16 is the upper half of a float32. */
function readBrainFloats(raw: Uint8Array<ArrayBuffer>): Float32Array {
  const halves = new Uint16Array(raw.slice().buffer);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** How to write tensors. */
export interface EncodeOptions {
  /** Whether float32 is stored as float16: half the size, 3 significant digits. */
  readonly isHalf?: boolean;
}

/**
 * Encodes tensors and text. The file's SHA-256 goes into the metadata: `tensor_sum.ts` says why.
 *
 * @param file Tensors and metadata
 * @param options Precision
 * @throws {RangeError} If a value is too large for half precision
 */
export function encodeTensors(file: TensorFile, options: EncodeOptions = {}): Uint8Array {
  const parts = encodeInParts(file, options);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Encodes tensors and text as the parts of a file, without copying large tensors.
 *
 * @param file Tensors and metadata
 * @param options Precision
 * @returns The bytes of `encodeTensors` in parts; tensors stored unchanged share their memory
 * @throws {RangeError} If a value is too large for half precision
 */
export function encodeInParts(
  { tensors, metadata }: TensorFile,
  options: EncodeOptions = {},
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const isFloat = values instanceof Float32Array;
    const stored = isFloat && options.isHalf ? inHalf(name, values) : values;
    const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    const dtype = !isFloat ? "U8" : options.isHalf ? "F16" : "F32";
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  header.__metadata__ = { ...metadata, [CHECKSUM]: BLANK };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // The format aligns values to 8 bytes; the header is padded with spaces.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const start = new Uint8Array(8 + padded.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded.length), true);
  start.set(padded, 8);
  writeSum(start, parts);
  return [start, ...parts];
}

/** Rounds to half precision. */
function inHalf(name: string, values: Float32Array): Float16Array {
  const stored = Float16Array.from(values);
  const odd = values.findIndex((value, i) => Number.isFinite(value) && !Number.isFinite(stored[i]));
  if (odd < 0) return stored;
  throw new RangeError(
    `Cannot write tensors: values must be within 65504 in half precision, got ${values[odd]} in ` +
      `${name}; use full precision`,
  );
}

/** Refuses a file by a rule and what was found. */
type Fail = (rule: string, found: unknown) => never;

/**
 * Decodes tensors and text. Byte tensors share the file's memory.
 *
 * A file that another program saved, or saved again, is read with a notice: its check sum is lost or that of
 * the file before. A file of this project whose sum does not fit is damaged, and refused.
 *
 * @param bytes A complete file
 * @param name Its name in messages
 * @throws {SyntaxError} If it is truncated, damaged, or not a safetensors file
 */
export function decodeTensors(bytes: Uint8Array, name: string): ReadTensorFile {
  const fail: Fail = (rule, found) => {
    throw new SyntaxError(`Cannot read "${name}": a safetensors file must ${rule}, got ${found}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (bytes.length > 8 && bytes[8] !== 0x7b) fail("have a JSON header", "something else");
  if (8 + length > bytes.length) fail("be longer than its header", `${bytes.length} bytes`);
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const { __metadata__, ...entries } = header;
  const metadata = checkMetadata(__metadata__, fail);
  const body = bytes.subarray(8 + length) as Uint8Array<ArrayBuffer>;
  checkEntries(entries, body.length, fail);
  const verdict = judge(bytes, 8 + length, header, metadata);
  if (verdict === "damaged") {
    fail("hold the bytes it was written with", "others (the file is damaged)");
  }
  const tensors = Object.entries(entries).map(([tensor, { dtype, shape, data_offsets }]) => {
    const values = READERS[dtype]!.read(body.subarray(...data_offsets));
    return [tensor, { shape, values }] as const;
  });
  const { [CHECKSUM]: _, ...rest } = metadata;
  return {
    tensors: Object.fromEntries(tensors),
    metadata: rest,
    ...(verdict !== "intact" && {
      notice: `"${name}" has ${
        verdict === "no sum" ? "no check sum" : "the check sum of an earlier file"
      }, since another program saved it: its values cannot be checked for damage`,
    }),
  };
}

function parseHeader(
  bytes: Uint8Array,
  fail: Fail,
): Record<string, Entry> & { __metadata__?: unknown } {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return fail("have a JSON header", "something else");
  }
}

/** Other programs write null where there is none. */
function checkMetadata(metadata: unknown, fail: Fail): Readonly<Record<string, string>> {
  if (metadata === undefined || metadata === null) return {};
  const isText = typeof metadata === "object" && !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  return isText
    ? metadata as Record<string, string>
    : fail("have text by name as metadata", JSON.stringify(metadata).slice(0, 40));
}

/** Checks that the values of all tensors lie one behind the other, as the format demands. */
function checkEntries(
  entries: Readonly<Record<string, Entry>>,
  byteCount: number,
  fail: Fail,
): void {
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) {
      fail("give type, shape and place of each tensor", `${JSON.stringify(entry)} for ${name}`);
    }
    if (!Object.hasOwn(READERS, entry.dtype)) {
      fail(`hold ${Object.keys(READERS).join(", ")}`, `${entry.dtype} in ${name}; convert it`);
    }
  }
  const places = Object.entries(entries)
    .toSorted(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  let at = 0;
  for (const [name, { dtype, shape, data_offsets: [start, end] }] of places) {
    const size = elementCount(shape) * READERS[dtype]!.size;
    if (start !== at || end - start !== size) {
      fail(`have ${size} bytes from ${at} on for ${name}`, `bytes ${start} to ${end}`);
    }
    at = end;
  }
  if (byteCount !== at) {
    fail(`hold ${at} bytes of values`, `${byteCount}${byteCount < at ? " (it is cut short)" : ""}`);
  }
}

function isEntry(entry: unknown): entry is Entry {
  const isLength = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const { dtype, shape, data_offsets: place } = (entry ?? {}) as Partial<Entry>;
  return typeof dtype === "string" && Array.isArray(shape) && shape.every(isLength) &&
    Array.isArray(place) && place.length === 2 && place.every(isLength);
}
