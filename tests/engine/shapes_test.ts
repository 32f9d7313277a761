import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkShape, elementCount, itemAt } from "@/engine/shapes.ts";
import type * as tf from "@/engine/tf.ts";

/** All that is looked at of a tensor. */
const tensorOf = (shape: number[]) => ({ shape }) as tf.Tensor;

const refusal = (message: string) => ({ name: "TypeError", message: `Cannot decode: ${message}` });

Deno.test("checkShape() takes what fits and gives the lengths of the letters", () => {
  const lengths = checkShape("decode", "z", tensorOf([2, 5, 1]), ["B", "Z", 1]);
  assert.deepEqual(lengths, { B: 2, Z: 5 });
  assert.deepEqual(checkShape("decode", "s", tensorOf([]), []), {});
});

Deno.test("checkShape() takes tensors of any lengths where letters are free", () => {
  fc.assert(fc.property(fc.array(fc.nat(9), { maxLength: 6 }), (shape) => {
    const letters = shape.map((_, i) => `axis ${i}`);
    const lengths = checkShape("decode", "x", tensorOf(shape), letters);
    assert.deepEqual(Object.values(lengths), shape);
  }));
});

Deno.test("checkShape() wants a letter to have one length in all tensors", () => {
  const lengths = checkShape("decode", "z", tensorOf([2, 5]), ["B", "Z"]);
  checkShape("decode", "images", tensorOf([2, 28]), ["B", "H"], lengths);
  assert.deepEqual(lengths, { B: 2, Z: 5, H: 28 });
  assert.throws(
    () => checkShape("decode", "pose", tensorOf([3]), ["B"], lengths),
    refusal("pose must have shape [B = 2], got [3]"),
  );
});

/** Shapes that do not fit, and what the message must say of them. */
const REFUSED: readonly [number[], readonly (string | number)[], string][] = [
  [[2, 3], ["B"], "z must have shape [B], got [2, 3]"],
  [[2], ["B", "Z"], "z must have shape [B, Z], got [2]"],
  [[], ["B"], "z must have shape [B], got []"],
  [[2, 16], ["B", 32], "z must have shape [B = 2, 32], got [2, 16]"],
  [[4, 5], ["S", "S"], "z must have shape [S = 4, S = 4], got [4, 5]"],
];

for (const [shape, axes, message] of REFUSED) {
  Deno.test(`checkShape() refuses because ${message}`, () => {
    assert.throws(() => checkShape("decode", "z", tensorOf(shape), axes), refusal(message));
  });
}

Deno.test("elementCount() multiplies the lengths, of a scalar none", () => {
  assert.deepEqual([[], [7], [2, 3, 4], [5, 0]].map(elementCount), [1, 7, 24, 0]);
});

Deno.test("itemAt() gives a view of one item of several", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const item = itemAt(values, 1, 2);
  assert.deepEqual([...item], [3, 4]);
  item[0] = 9;
  assert.equal(values[2], 9);
  assert.deepEqual(itemAt(Uint8Array.of(7, 8), 0, 2), Uint8Array.of(7, 8));
});
