/**
 * Reads and writes the safetensors format: the header's length in 8 bytes, a JSON header, the raw
 * little-endian values. Source: the format's README (huggingface/safetensors).
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A tensor's values and shape. Half precision exists only in files: in memory it is float32. */
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

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

const CHECKSUM = "sha256";
/** Placeholder for the checksum while it is computed. */
const BLANK = new TextEncoder().encode("0".repeat(64));

/** How to write tensors. */
export interface EncodeOptions {
  /** Whether float32 is stored as float16: half the size, 3 significant digits. */
  readonly isHalf?: boolean;
}

/**
 * Encodes tensors and text. The file's SHA-256 goes into the metadata, since the format itself
 * cannot detect damaged values.
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
  header.__metadata__ = { ...metadata, [CHECKSUM]: new TextDecoder().decode(BLANK) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // The format aligns values to 8 bytes; the header is padded with spaces.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const start = new Uint8Array(8 + padded.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded.length), true);
  start.set(padded, 8);
  const sum = new TextEncoder().encode(sha256([start, ...parts]));
  start.set(sum, checksumPosition(start, start.length));
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

/**
 * Decodes tensors and text. Byte tensors share the file's memory.
 *
 * @param bytes A complete file
 * @param name Its name in messages
 * @throws {SyntaxError} If it is truncated, damaged, or not a safetensors file
 */
export function decodeTensors(bytes: Uint8Array, name: string): TensorFile {
  const fail = (rule: string, value: unknown): never => {
    throw new SyntaxError(`Cannot read "${name}": a safetensors file must ${rule}, got ${value}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) fail("be longer than its header", `${bytes.length} bytes`);
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const { __metadata__: metadata = {}, ...entries } = header;
  const body = bytes.subarray(8 + length);
  const ends = Object.values(entries).map((entry) => entry?.data_offsets?.[1] ?? 0);
  const expected = Math.max(0, ...ends);
  if (body.length !== expected) fail(`hold ${expected} bytes of values`, body.length);
  const { [CHECKSUM]: checksum, ...rest } = metadata;
  if (!isIntact(bytes, 8 + length, checksum)) {
    fail("hold the bytes it was written with", "others (the file is damaged)");
  }
  const tensors = Object.entries(entries).map(([tensor, { dtype, shape, data_offsets }]) => {
    const raw = body.subarray(...data_offsets);
    const values = dtype === "F32"
      ? new Float32Array(raw.slice().buffer)
      : dtype === "F16"
      ? Float32Array.from(new Float16Array(raw.slice().buffer))
      : dtype === "U8"
      ? raw
      : fail("hold F32, F16 or U8", dtype);
    return [tensor, { shape, values }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: rest };
}

/** The checksum's position: the header ends in `"checksum"}}` and spaces. */
function checksumPosition(bytes: Uint8Array, headerEnd: number): number {
  let end = headerEnd;
  while (bytes[end - 1] === 0x20) end--;
  return end - 3 - BLANK.length;
}

/** Whether the checksum matches: of all bytes, with its own place left blank. */
function isIntact(bytes: Uint8Array, headerEnd: number, checksum: string | undefined): boolean {
  const at = checksumPosition(bytes, headerEnd);
  return checksum === sha256([bytes.subarray(0, at), BLANK, bytes.subarray(at + BLANK.length)]);
}

function parseHeader(
  bytes: Uint8Array,
  fail: (rule: string, value: unknown) => never,
): Record<string, Entry> & { __metadata__?: Record<string, string> } {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof header === "object" && header !== null) {
      return header as ReturnType<typeof parseHeader>;
    }
  } catch {
    // Reported below.
  }
  return fail("have a JSON header", "something else");
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
