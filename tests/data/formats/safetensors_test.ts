import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import {
  decodeTensors,
  encodeInParts,
  encodeTensors,
  type TensorFile,
} from "@/data/formats/safetensors.ts";

const FILE: TensorFile = {
  tensors: {
    weights: { shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, -0, 1e-30) },
    pixels: { shape: [3], values: Uint8Array.of(0, 128, 255) },
  },
  metadata: { step: "12", config: '{"seed":1}' },
};

const arrays = fc.oneof(
  fc.float32Array({ maxLength: 20 }).map((values) => Float32Array.from(values)),
  fc.uint8Array({ maxLength: 20 }),
);
const names = fc.stringMatching(/^[a-z][a-z0-9/_. é]{0,12}$/);
const files: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc.dictionary(names, arrays.map((values) => ({ shape: [values.length], values }))),
  metadata: fc.dictionary(names.filter((name) => name !== "sha256"), fc.string()),
});

/** Ignores prototypes: fast-check makes objects without one. */
const plain = ({ tensors, metadata }: TensorFile): TensorFile => ({
  tensors: { ...tensors },
  metadata: { ...metadata },
});

Deno.test("decodeTensors() returns the input of encodeTensors(), bit for bit", () => {
  assert.deepEqual(decodeTensors(encodeTensors(FILE), "file"), FILE);
  fc.assert(fc.property(files, (file) => {
    assert.deepEqual(decodeTensors(encodeTensors(file), "file"), plain(file));
  }));
});

Deno.test("encodeInParts() gives the same file without copying bytes", () => {
  const parts = encodeInParts(FILE);
  assert.deepEqual(parts.flatMap((part) => [...part]), [...encodeTensors(FILE)]);
  assert.equal(parts.at(-1)!.buffer, FILE.tensors.pixels!.values.buffer);
});

Deno.test("decodeTensors() reads a file at any offset in memory", () => {
  const bytes = encodeTensors(FILE);
  for (const offset of [1, 3, 4]) {
    const memory = new Uint8Array(bytes.length + 8);
    memory.set(bytes, offset);
    assert.deepEqual(decodeTensors(memory.subarray(offset, offset + bytes.length), "file"), FILE);
  }
});

Deno.test("encodeTensors() lays out bytes as the format requires", () => {
  const bytes = encodeTensors(FILE);
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  assert.equal((8 + length) % 8, 0, "values start at a multiple of 8");
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  assert.match(text, /^\{.*\} *$/);
  const { __metadata__: { sha256, ...metadata }, ...entries } = JSON.parse(text);
  assert.deepEqual(entries, {
    weights: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    pixels: { dtype: "U8", shape: [3], data_offsets: [24, 27] },
  });
  assert.deepEqual(metadata, FILE.metadata);
  const values = bytes.subarray(8 + length);
  assert.deepEqual([...values.subarray(0, 12)], [
    0,
    0,
    0x80,
    0x3f,
    0,
    0,
    0,
    0xc0,
    0,
    0,
    0x60,
    0x40,
  ]);
  assert.deepEqual([...values.subarray(24)], [0, 128, 255]);
  const blank = Buffer.from(bytes).toString("latin1").replace(sha256, "0".repeat(64));
  assert.equal(createHash("sha256").update(blank, "latin1").digest("hex"), sha256);
});

Deno.test("encodeTensors() stores half precision in half the bytes, 11 bits exact", () => {
  const exact = Float32Array.of(1, -2, 0.5, 1025 / 1024, 65504, 2 ** -14, 0);
  const rounded = Float32Array.of(1 / 3, 1e-3, 1234.5);
  const values = Float32Array.from([...exact, ...rounded]);
  const tensors = { values: { shape: [values.length], values }, pixels: FILE.tensors.pixels! };
  const bytes = encodeTensors({ tensors, metadata: {} }, { isHalf: true });
  assert.match(
    new TextDecoder().decode(bytes),
    /"dtype":"F16","shape":\[10\],"data_offsets":\[0,20\]/,
  );
  const { values: got } = decodeTensors(bytes, "file").tensors.values!;
  assert.ok(got instanceof Float32Array);
  assert.deepEqual(got.slice(0, 7), exact);
  rounded.forEach((value, i) => {
    assert.ok(Math.abs(got[7 + i]! / value - 1) <= 2 ** -11, `${got[7 + i]} for ${value}`);
  });
  assert.deepEqual(decodeTensors(bytes, "file").tensors.pixels, FILE.tensors.pixels);
});

Deno.test("encodeTensors() refuses finite values that half precision would make infinite", () => {
  const tensors = (...values: number[]) => ({
    scales: { shape: [values.length], values: Float32Array.from(values) },
  });
  assert.throws(() => encodeTensors({ tensors: tensors(1, 7e4), metadata: {} }, { isHalf: true }), {
    name: "RangeError",
    message: "Cannot write tensors: values must be within 65504 in half precision, got 70000 in " +
      "scales; use full precision",
  });
  encodeTensors({ tensors: tensors(1, 7e4), metadata: {} });
  encodeTensors({ tensors: tensors(65504, -Infinity, NaN), metadata: {} }, { isHalf: true });
});

Deno.test("encodeTensors() writes only the part of a buffer that an array covers", () => {
  const memory = Float32Array.of(1, 2, 3, 4);
  const tensors = { part: { shape: [2], values: memory.subarray(1, 3) } };
  const { values } = decodeTensors(encodeTensors({ tensors, metadata: {} }), "f").tensors.part!;
  assert.deepEqual(values, Float32Array.of(2, 3));
});

Deno.test("encodeTensors() writes a file without tensors", () => {
  const empty = { tensors: {}, metadata: { step: "0" } };
  assert.deepEqual(decodeTensors(encodeTensors(empty), "file"), empty);
});

Deno.test("decodeTensors() detects damage at any byte", () => {
  const bytes = encodeTensors(FILE);
  const damaged = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(damaged, ([at, change]) => {
      const copy = bytes.slice();
      copy[at]! ^= change;
      assert.throws(() => decodeTensors(copy, "file"), { name: "SyntaxError" });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decodeTensors() detects truncation at any byte", () => {
  const bytes = encodeTensors(FILE);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeTensors(bytes.subarray(0, length), "file"), { name: "SyntaxError" });
  }
});

/** Makes a file with a custom header, without a checksum. */
function fileOf(header: string, body: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** Invalid files and their error messages. */
const REFUSED: readonly [string, Uint8Array, string][] = [
  ["nothing", new Uint8Array(), "be longer than its header, got 0 bytes"],
  ["less than a length", new Uint8Array(7), "be longer than its header, got 7 bytes"],
  ["a cut-off header", fileOf("{   }").subarray(0, 12), "be longer than its header, got 12 bytes"],
  ["text", fileOf("no JSON"), "have a JSON header, got something else"],
  ["no object", fileOf("null"), "have a JSON header, got something else"],
  [
    "cut-off values",
    encodeTensors(FILE).subarray(0, -3),
    "hold 27 bytes of values, got 24 (it is cut short)",
  ],
  [
    "too many values",
    Uint8Array.from([...encodeTensors(FILE), 0]),
    "hold 27 bytes of values, got 28",
  ],
  [
    "another type",
    fileOf('{"a":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}'),
    "hold F64, F32, F16, BF16, U8, got I64 in a; convert it",
  ],
  [
    "an entry that is none",
    fileOf('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'),
    'give type, shape and place of each tensor, got {"dtype":"U8","shape":[-1],' +
    '"data_offsets":[0,0]} for a',
  ],
  [
    "values that overlap",
    fileOf(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},' +
        '"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      [7, 8, 9],
    ),
    "have 2 bytes from 2 on for b, got bytes 1 to 3",
  ],
  [
    "a shape that is not that of the values",
    fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    "have 8 bytes from 0 on for a, got bytes 0 to 4",
  ],
  [
    "metadata that are no text",
    fileOf('{"__metadata__":{"step":3}}'),
    'have text by name as metadata, got {"step":3}',
  ],
];

for (const [what, bytes, message] of REFUSED) {
  Deno.test(`decodeTensors() refuses ${what}`, () => {
    assert.throws(() => decodeTensors(bytes, "step-000001.safetensors"), {
      name: "SyntaxError",
      message: `Cannot read "step-000001.safetensors": a safetensors file must ${message}`,
    });
  });
}

Deno.test("decodeTensors() names the damaged file", () => {
  const bytes = encodeTensors(FILE);
  bytes[bytes.length - 1]! ^= 1;
  assert.throws(() => decodeTensors(bytes, "frames/step-000050.safetensors"), {
    name: "SyntaxError",
    message: 'Cannot read "frames/step-000050.safetensors": a safetensors file must hold the ' +
      "bytes it was written with, got others (the file is damaged)",
  });
});

const BYTES = '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}';
const SUM = "72d47e227cf6d65736997b3cb585669c95344bad233ab6bc01ef0639ce42c8ef";

Deno.test("decodeTensors() reads what other programs save, and says that it has no check sum", () => {
  const headers = {
    "safetensors for Python without metadata": `${BYTES}}     `,
    "safetensors for Python with metadata": `{"__metadata__":{"step":"3"},${BYTES.slice(1)}} `,
    "Rust without any": `{"__metadata__":null,${BYTES.slice(1)}}`,
    "a program that puts metadata last": `${BYTES},"__metadata__":{"step":"3"}}`,
  };
  for (const [what, header] of Object.entries(headers)) {
    const { tensors, notice } = decodeTensors(fileOf(header, [7, 8]), "a.safetensors");
    assert.deepEqual(tensors, { a: { shape: [2], values: Uint8Array.of(7, 8) } }, what);
    assert.equal(
      notice,
      '"a.safetensors" has no check sum, since another program saved it: its values cannot be ' +
        "checked for damage",
    );
  }
});

Deno.test("decodeTensors() reads what other programs save again, and says that its sum is old", () => {
  const headers = {
    "safetensors for Python": `{"__metadata__":{"sha256":"${SUM}","step":"3"},${BYTES.slice(1)}}  `,
    "Python's json": `${BYTES.replaceAll(/[:,]/g, "$& ")}, ` +
      `"__metadata__": {"step": "3", "sha256": "${SUM}"}}`,
  };
  for (const [what, header] of Object.entries(headers)) {
    const { tensors, metadata, notice } = decodeTensors(fileOf(header, [7, 8]), "a");
    assert.deepEqual(tensors, { a: { shape: [2], values: Uint8Array.of(7, 8) } }, what);
    assert.deepEqual(metadata, { step: "3" });
    assert.equal(
      notice,
      '"a" has the check sum of an earlier file, since another program saved it: its values ' +
        "cannot be checked for damage",
    );
  }
});

Deno.test("decodeTensors() takes a file in this project's layout with another sum for damaged", () => {
  for (const key of ["sha256", "sha2v6"]) {
    const header = `${BYTES},"__metadata__":{"step":"3","${key}":"${SUM}"}}`;
    assert.throws(() => decodeTensors(fileOf(header, [7, 8]), "a"), {
      message: 'Cannot read "a": a safetensors file must hold the bytes it was written with, got ' +
        "others (the file is damaged)",
    });
  }
});

Deno.test("decodeTensors() reads double precision and bfloat16 as float32", () => {
  const header = '{"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},' +
    '"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}';
  const body = [...new Uint8Array(Float64Array.of(-1 / 3).buffer), 0x80, 0x3f, 0x49, 0xc0];
  const { tensors } = decodeTensors(fileOf(header, body), "a");
  assert.deepEqual(tensors.d, { shape: [1], values: Float32Array.of(-1 / 3) });
  assert.deepEqual(tensors.b, { shape: [2], values: Float32Array.of(1, -3.140625) });
});
