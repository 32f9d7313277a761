import assert from "node:assert/strict";
import * as fc from "fast-check";
import { packBits, unpackBits } from "@/data/formats/bits.ts";

Deno.test("packBits() puts the first value into the highest bit, and each row into new bytes", () => {
  const rows = [1, 0, 0, 0, 0, 0, 0, 1, 1, /**/ 0, 1, 0, 0, 0, 0, 0, 0, 0];
  assert.deepEqual(packBits(Uint8Array.from(rows), 9), Uint8Array.of(0x81, 0x80, 0x40, 0));
});

Deno.test("unpackBits() inverts packBits()", () => {
  const cases = fc.integer({ min: 1, max: 20 }).chain((length) =>
    fc.tuple(
      fc.constant(length),
      fc.array(fc.array(fc.constantFrom(0, 1), { minLength: length, maxLength: length })),
    )
  );
  fc.assert(fc.property(cases, ([length, rows]) => {
    const values = Uint8Array.from(rows.flat());
    assert.deepEqual(unpackBits(packBits(values, length), rows.length, length), values);
  }));
});
