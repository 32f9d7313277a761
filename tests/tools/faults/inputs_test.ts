import assert from "node:assert/strict";
import { inputOf, wrongIn } from "@/tools/faults/inputs.ts";
import type { Loader } from "@/tools/faults/loaders.ts";

const LOADER: Loader = {
  format: "NumPy",
  ways: [(file, damage) => damage(file)],
  read: () => ({ facts: {} }),
  tolerance: 0.1,
  tolerated: [{ refusal: /padding/, because: "it does not matter" }],
};

Deno.test("inputOf() makes the same file for the same seed and try, and others for others", () => {
  const sound = [{ name: "a.npy", bytes: Uint8Array.from({ length: 99 }, (_, i) => i) }];
  const input = inputOf(LOADER, sound, 3, 14);
  assert.deepEqual(inputOf(LOADER, sound, 3, 14), input);
  assert.match(input.how, /^a\.npy: /);
  const hows = new Set(
    Array.from({ length: 100 }, (_, attempt) => inputOf(LOADER, sound, 3, attempt).how),
  );
  assert.ok(hows.size > 90, `${hows.size}`);
  assert.notEqual(inputOf(LOADER, sound, 4, 14).how, input.how);
});

Deno.test("wrongIn() accepts what agrees, what we refuse in words, and what is tolerated", () => {
  const reading = { facts: { a: "1" }, values: Float32Array.of(0, 1000) };
  const near = { facts: { a: "1" }, values: Float32Array.of(0.1, 1090) };
  assert.equal(wrongIn(LOADER, reading, reading), undefined);
  assert.equal(wrongIn(LOADER, near, reading), undefined); // by 0.1 and by 9 in 100
  assert.equal(wrongIn(LOADER, reading, { refused: "ValueError: padding" }), undefined);
  const refused = 'Cannot read "a": it must hold 3 bytes, got 2; save it again';
  for (const theirs of [reading, { refused: "ValueError" }]) {
    assert.equal(wrongIn(LOADER, { refused }, theirs), undefined);
  }
});

Deno.test("wrongIn() tells of differences and of words that are not ours", () => {
  const reading = { facts: { a: "1" }, values: Float32Array.of(0, 1) };
  const wrong = (ours: Parameters<typeof wrongIn>[1], theirs: Parameters<typeof wrongIn>[2]) =>
    wrongIn(LOADER, ours, theirs);
  assert.equal(wrong(reading, { facts: { a: "2" } }), "a is 1, they read 2");
  assert.equal(wrong({ facts: {} }, { facts: { a: "2" } }), "a is missing, they read 2");
  assert.equal(wrong(reading, { facts: {} }), "a is 1, they read nothing of that name");
  assert.equal(wrong(reading, { facts: { a: "1" } }), "2 values, not 0");
  for (const value of [0.75, NaN]) {
    const other = { facts: { a: "1" }, values: Float32Array.of(0, value) };
    assert.equal(wrong(other, reading), `values differ by ${Math.abs(1 - value) / 2} on average`);
  }
  assert.equal(wrong(reading, { refused: "no" }), "read, but they refuse it: no");
  for (
    const refused of [
      "Cannot read properties of undefined (reading 'length')",
      "x is not iterable",
      'Cannot read "a": it must be whole, got undefined',
      'Cannot read "a": it must be whole, got ENOENT: no such file',
      'Cannot read "a": it must be whole, got this\n    at read (a.ts:1:1)',
    ]
  ) {
    assert.equal(wrong({ refused }, reading), `refused in other words: ${refused}`);
  }
});
