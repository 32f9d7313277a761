import assert from "node:assert/strict";
import * as fc from "fast-check";
import { idxFile as writeIdx, readIdx } from "@/data/formats/idx.ts";
import { idxFile } from "../fixtures.ts";

const CURE = "delete it to fetch it again";

Deno.test("readIdx() returns the shape and the values", () => {
  const { shape, values } = readIdx(idxFile([2, 1, 3], [1, 2, 3, 4, 5, 6]), "some file", 3);
  assert.deepEqual(shape, [2, 1, 3]);
  assert.deepEqual([...values], [1, 2, 3, 4, 5, 6]);
});

Deno.test("idxFile() writes the header and the values", () => {
  const values = Uint8Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual([...writeIdx([2, 1, 3], values)], [...idxFile([2, 1, 3], values)]);
  assert.deepEqual([...writeIdx([2], Uint8Array.of(8, 9))], [0, 0, 8, 1, 0, 0, 0, 2, 8, 9]);
});

Deno.test("readIdx() reads every array that an idx file can hold", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(lengths, (shape) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const read = readIdx(idxFile(shape, new Uint8Array(count).fill(7)), "some file", shape.length);
    assert.deepEqual(read.shape, shape);
    assert.equal(read.values.length, count);
  }));
});

Deno.test("readIdx() refuses labels in place of images", () => {
  assert.throws(() => readIdx(idxFile([3], [1, 2, 3]), "a.gz", 3), {
    name: "SyntaxError",
    message: `Cannot read "a.gz": its magic number must be 0x00000803, got 0x00000801; ${CURE}`,
  });
});

Deno.test("readIdx() refuses a file too short for a magic number", () => {
  assert.throws(() => readIdx(Uint8Array.of(0, 0), "a.gz", 1), {
    name: "SyntaxError",
    message: `Cannot read "a.gz": its magic number must be 0x00000801, got 2 bytes; ${CURE}`,
  });
});

Deno.test("readIdx() refuses a truncated header", () => {
  assert.throws(() => readIdx(idxFile([2, 1, 3], []).subarray(0, 9), "a.gz", 3), {
    name: "SyntaxError",
    message: `Cannot read "a.gz": it must hold 16 bytes of header, got 9; ${CURE}`,
  });
});

Deno.test("readIdx() refuses fewer or more values than the header announces", () => {
  for (const values of [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]]) {
    assert.throws(() => readIdx(idxFile([2, 1, 3], values), "a.gz", 3), {
      name: "SyntaxError",
      message: `Cannot read "a.gz": it must hold 22 bytes for shape [2, 1, 3], ` +
        `got ${16 + values.length}; ${CURE}`,
    });
  }
});
