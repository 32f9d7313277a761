import assert from "node:assert/strict";
import * as fc from "fast-check";
import { encodeNpy, readNpy } from "@/data/formats/npy.ts";
import { npyFile } from "../fixtures.ts";

/** Each type, as little-endian bytes of 1, 0 and 1. */
const TYPES: Record<string, ArrayBufferLike> = {
  "|b1": Uint8Array.of(1, 0, 1).buffer,
  "|u1": Uint8Array.of(1, 0, 1).buffer,
  "|i1": Int8Array.of(1, 0, 1).buffer,
  "<u2": Uint16Array.of(1, 0, 1).buffer,
  "<i2": Int16Array.of(1, 0, 1).buffer,
  "<u4": Uint32Array.of(1, 0, 1).buffer,
  "<i4": Int32Array.of(1, 0, 1).buffer,
  "<u8": BigUint64Array.of(1n, 0n, 1n).buffer,
  "<i8": BigInt64Array.of(1n, 0n, 1n).buffer,
  "<f2": Float16Array.of(1, 0, 1).buffer,
  "<f4": Float32Array.of(1, 0, 1).buffer,
  "<f8": Float64Array.of(1, 0, 1).buffer,
};

Deno.test("readNpy() reads every type of number", () => {
  for (const [type, buffer] of Object.entries(TYPES)) {
    const array = readNpy(npyFile({ type, shape: [3], bytes: new Uint8Array(buffer) }), "a.npy");
    assert.deepEqual([...array.values], [1, 0, 1], type);
    assert.deepEqual(array.shape, [3]);
    assert.equal(array.isUint8, type === "|u1");
  }
});

Deno.test("readNpy() reads big-endian numbers", () => {
  for (const [type, buffer] of Object.entries(TYPES).filter(([type]) => type.startsWith("<"))) {
    const size = buffer.byteLength / 3;
    const bytes = new Uint8Array(buffer).map((_, i, all) =>
      all[i - i % size + size - 1 - i % size]!
    );
    const array = readNpy(npyFile({ type: type.replace("<", ">"), shape: [3], bytes }), "a.npy");
    assert.deepEqual([...array.values], [1, 0, 1], type);
  }
});

Deno.test("readNpy() converts Fortran order to C order", () => {
  const bytes = Uint8Array.of(0, 3, 1, 4, 2, 5); // [[0, 1, 2], [3, 4, 5]], first axis fastest
  const array = readNpy(npyFile({ shape: [2, 3], isFortran: true, bytes }), "a.npy");
  assert.deepEqual([...array.values], [0, 1, 2, 3, 4, 5]);
});

Deno.test("readNpy() reads a Fortran array as the transpose of its reversed shape", () => {
  const lengths = fc.integer({ min: 1, max: 4 });
  fc.assert(fc.property(lengths, lengths, lengths, (a, b, c) => {
    const bytes = Uint8Array.from({ length: a * b * c }, (_, i) => i);
    const { values } = readNpy(npyFile({ shape: [a, b, c], isFortran: true, bytes }), "a.npy");
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        for (let k = 0; k < c; k++) {
          assert.equal(values[(i * b + j) * c + k], i + a * (j + b * k));
        }
      }
    }
  }));
});

Deno.test("readNpy() reads version 2 headers", () => {
  const one = npyFile({ shape: [2], bytes: Uint8Array.of(1, 0) });
  const two = Uint8Array.from([...one.subarray(0, 6), 2, 0, one[8]!, 0, 0, 0, ...one.subarray(10)]);
  assert.deepEqual([...readNpy(two, "a.npy").values], [1, 0]);
});

Deno.test("readNpy() refuses bytes that numpy did not write", () => {
  assert.throws(() => readNpy(new Uint8Array(64), "a.npy"), {
    name: "SyntaxError",
    message: 'Cannot read "a.npy": it must be an array written by numpy.save, got 64 other bytes',
  });
});

Deno.test("readNpy() refuses text and complex numbers", () => {
  for (const type of ["<U12", "<c8", "|O8"]) {
    assert.throws(() => readNpy(npyFile({ type, shape: [0], bytes: new Uint8Array() }), "a.npy"), {
      name: "TypeError",
      message:
        'Cannot read "a.npy": its values must be booleans, integers or floats of at most 64 bits, ' +
        `got type ${type}; convert it first, as by array.astype("uint8")`,
    });
  }
});

Deno.test("readNpy() refuses fewer bytes than the shape needs", () => {
  const bytes = npyFile({ type: "<f4", shape: [3], bytes: new Uint8Array(11) });
  assert.throws(() => readNpy(bytes, "a.npy"), {
    name: "SyntaxError",
    message: 'Cannot read "a.npy": it must hold 140 bytes for shape [3] of f4, got 139; ' +
      "the file is cut short: save, copy or download it again",
  });
});

Deno.test("readNpy() reads the first of several arrays, as numpy.load does, and counts the rest", () => {
  const first = npyFile({ shape: [2], bytes: Uint8Array.of(1, 0) });
  const second = npyFile({ type: "<f4", shape: [1], bytes: new Uint8Array(4) });
  const { values, trailing } = readNpy(Uint8Array.from([...first, ...second]), "a.npy");
  assert.deepEqual([[...values], trailing], [[1, 0], 132]);
});

Deno.test("readNpy() takes any byte but 0 for true, and keeps -0", () => {
  const booleans = npyFile({ type: "|b1", shape: [4], bytes: Uint8Array.of(0, 1, 2, 255) });
  assert.deepEqual([...readNpy(booleans, "a.npy").values], [0, 1, 1, 1]);
  const floats = npyFile({ type: ">f2", shape: [2], bytes: Uint8Array.of(0x80, 0, 0x3c, 0) });
  assert.deepEqual([...readNpy(floats, "a.npy").values], [-0, 1]);
});

Deno.test("encodeNpy() writes what readNpy() reads, of every shape", () => {
  const axis = fc.integer({ min: 0, max: 5 });
  fc.assert(fc.property(fc.array(axis, { maxLength: 4 }), fc.boolean(), (shape, isUint8) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const numbers = Array.from({ length: count }, (_, i) => 7 * i % 256);
    const values = isUint8 ? Uint8Array.from(numbers) : Float32Array.from(numbers, (n) => n / 3);
    const array = readNpy(encodeNpy(values, shape), "a.npy");
    assert.deepEqual([[...array.shape], [...array.values]], [shape, [...values]]);
    assert.equal(array.isUint8, isUint8);
  }));
});

Deno.test("encodeNpy() writes the header as NumPy does, with the values aligned to 64 bytes", () => {
  const bytes = encodeNpy(Float32Array.of(1), [1]);
  assert.equal(bytes.length, 128 + 4);
  assert.deepEqual([...bytes.subarray(0, 10)], [0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".padEnd(117) + "\n";
  assert.equal(new TextDecoder().decode(bytes.subarray(10, 128)), header);
  assert.equal(encodeNpy(Uint8Array.of(1, 2), [1, 2]).length, 128 + 2);
});

Deno.test("encodeNpy() takes a view of a larger array and refuses values that do not fit", () => {
  const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  assert.deepEqual([...readNpy(encodeNpy(part, [2]), "a.npy").values], [2, 3]);
  assert.throws(() => encodeNpy(part, [3]), {
    name: "TypeError",
    message: "Cannot write an array: values must have 3 elements for shape [3], got 2",
  });
});
