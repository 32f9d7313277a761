import assert from "node:assert/strict";
import * as fc from "fast-check";
import { resizeSquare, toBytes } from "@/data/resize.ts";
import { assertClose } from "../assert.ts";

Deno.test("resizeSquare() halves by a triangle of weights 1 3 3 1, cut at the border", () => {
  const row = [0, 0, 0, 8]; // each row alike, so only columns mix
  const halved = resizeSquare(Float32Array.from([...row, ...row, ...row, ...row]), 4, 2);
  assertClose(halved, [0, 24 / 7, 0, 24 / 7], 1e-6);
});

Deno.test("resizeSquare() does not swap rows and columns", () => {
  const picture = Float32Array.from([0, 0, 1, 1]); // dark above, bright below
  const [topLeft, topRight, bottomLeft, bottomRight] = resizeSquare(picture, 2, 2);
  assert.deepEqual([topLeft, topRight, bottomLeft, bottomRight], [0, 0, 1, 1]);
  const larger = resizeSquare(picture, 2, 4);
  assertClose(larger.subarray(0, 4), [0, 0, 0, 0], 1e-6);
  assertClose(larger.subarray(12), [1, 1, 1, 1], 1e-6);
});

Deno.test("resizeSquare() keeps an even grey, and never leaves the range", () => {
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

Deno.test("resizeSquare() blurs fine checks to grey instead of aliasing them", () => {
  const checks = Float32Array.from({ length: 64 * 64 }, (_, i) => (i + Math.floor(i / 64)) % 2);
  assertClose(resizeSquare(checks, 64, 8), new Array(64).fill(0.5), 0.01);
});

Deno.test("toBytes() rounds, and cuts off what is out of range", () => {
  const bytes = new Uint8Array(5);
  toBytes([-1, 0, 0.5, 1, 2], bytes);
  assert.deepEqual([...bytes], [0, 0, 128, 255, 255]);
});
