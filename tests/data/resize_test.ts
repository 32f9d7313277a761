import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createRandom } from "@/engine/random.ts";
import { averageSquare, resizeCube, resizeSquare, toBytes } from "@/data/resize.ts";
import { assertClose } from "../assert.ts";

Deno.test("resizeSquare() halves with triangle weights 1 3 3 1, truncated at the border", () => {
  const row = [0, 0, 0, 8]; // identical rows, so only columns mix
  const halved = resizeSquare(Float32Array.from([...row, ...row, ...row, ...row]), 4, 2);
  assertClose(halved, [0, 24 / 7, 0, 24 / 7], 1e-6);
});

Deno.test("resizeSquare() does not swap rows and columns", () => {
  const image = Float32Array.from([0, 0, 1, 1]); // top dark, bottom bright
  const [topLeft, topRight, bottomLeft, bottomRight] = resizeSquare(image, 2, 2);
  assert.deepEqual([topLeft, topRight, bottomLeft, bottomRight], [0, 0, 1, 1]);
  const larger = resizeSquare(image, 2, 4);
  assertClose(larger.subarray(0, 4), [0, 0, 0, 0], 1e-6);
  assertClose(larger.subarray(12), [1, 1, 1, 1], 1e-6);
});

Deno.test("resizeSquare() preserves uniform grey and never leaves the range", () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(sizes, sizes, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, grey) => {
      const even = resizeSquare(new Float32Array(from * from).fill(grey), from, to);
      assertClose(even, new Array(to * to).fill(grey), 1e-6);
      const checks = Float32Array.from({ length: from * from }, (_, i) => i % 2);
      for (const value of resizeSquare(checks, from, to)) {
        assert.ok(value >= 0 && value <= 1 + 1e-6);
      }
    }),
  );
});

Deno.test("resizeSquare() blurs a fine checkerboard to grey instead of aliasing", () => {
  const checks = Float32Array.from({ length: 64 * 64 }, (_, i) => (i + Math.floor(i / 64)) % 2);
  assertClose(resizeSquare(checks, 64, 8), new Array(64).fill(0.5), 0.01);
});

Deno.test("averageSquare() gives each new pixel the mean of its area", () => {
  const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  assert.deepEqual([...averageSquare(image, 4, 2)], [3.5, 5.5, 11.5, 13.5]);
  assert.deepEqual([...averageSquare(image, 4, 4)], [...image]);
  // Each new column covers one and a half of three.
  const thirds = averageSquare(Float32Array.of(0, 0, 0, 3, 6, 9, 6, 6, 6), 3, 2);
  assertClose(thirds, [4 / 3, 8 / 3, 16 / 3, 20 / 3], 1e-6);
});

Deno.test("averageSquare() keeps the mean of the whole", () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(sizes, sizes, (a, b) => {
    const [from, to] = [Math.max(a, b), Math.min(a, b)];
    const values = Float32Array.from({ length: from * from }, (_, i) => (i * i) % 7);
    const mean = (all: Float32Array) => all.reduce((sum, value) => sum + value, 0) / all.length;
    assert.ok(Math.abs(mean(averageSquare(values, from, to)) - mean(values)) < 1e-4);
  }));
});

Deno.test("toBytes() rounds and clamps", () => {
  const bytes = new Uint8Array(5);
  toBytes([-1, 0, 0.5, 1, 2], bytes);
  assert.deepEqual([...bytes], [0, 0, 128, 255, 255]);
});

Deno.test("resizeCube() resizes every axis as resizeSquare() does two, and swaps none", () => {
  const random = createRandom(1);
  for (const [size, newSize] of [[5, 3], [4, 7], [3, 3]] as const) {
    const grid = Float32Array.from({ length: size ** 3 }, () => random.uniform());
    const resized = resizeCube(grid, size, newSize);
    assert.equal(resized.length, newSize ** 3);
    // First the layers, then each column of depths, as an image whose rows are all the same.
    const layers = Array.from(
      { length: size },
      (_, d) => resizeSquare(grid.subarray(d * size ** 2, (d + 1) * size ** 2), size, newSize),
    );
    for (let cell = 0; cell < newSize ** 2; cell++) {
      const column = layers.map((layer) => layer[cell]!);
      const image = Float32Array.from(
        { length: size ** 2 },
        (_, i) => column[Math.floor(i / size)]!,
      );
      const wanted = resizeSquare(image, size, newSize);
      for (let d = 0; d < newSize; d++) {
        assertClose([resized[d * newSize ** 2 + cell]!], [wanted[d * newSize]!], 1e-6);
      }
    }
  }
});
