import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createPaletteCheck } from "@/data/formats/png_palette.ts";

/** Filters a row by hand, as the specification writes it. */
function filtered(filter: number, row: Uint8Array, above: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(row, (byte, x) => {
    const [left, up, corner] = [row[x - 1] ?? 0, above[x] ?? 0, above[x - 1] ?? 0];
    const estimate = left + up - corner;
    const nearest = [left, up, corner].toSorted((a, b) =>
      Math.abs(estimate - a) - Math.abs(estimate - b)
    )[0]!;
    return byte - [0, left, up, Math.floor((left + up) / 2), nearest][filter]!;
  });
  return Uint8Array.of(filter, ...bytes);
}

Deno.test("createPaletteCheck() finds a pixel outside the palette behind every filter", () => {
  const check = createPaletteCheck({ colourCount: 200, bitDepth: 8 });
  const rows = fc.array(fc.tuple(fc.nat(4), fc.uint8Array({ minLength: 7, maxLength: 7 })));
  fc.assert(fc.property(rows, (rows) => {
    check.start(7);
    let above = new Uint8Array(7);
    for (const [filter, row] of rows) {
      const isIn = row.every((index) => index < 200);
      assert.equal(check.hasAll(filtered(filter, row, above)), isIn, `${filter}: ${row}`);
      above = row;
    }
  }));
});

Deno.test("createPaletteCheck() knows pixels of less than a byte, and ignores what fills the last", () => {
  const check = createPaletteCheck({ colourCount: 3, bitDepth: 2 });
  check.start(5);
  assert.ok(check.hasAll(Uint8Array.of(0, 0b00_01_10_00, 0b01_111111)));
  assert.ok(!check.hasAll(Uint8Array.of(0, 0b00_01_10_11, 0b01_000000)));
  const bits = createPaletteCheck({ colourCount: 1, bitDepth: 1 });
  bits.start(9);
  assert.ok(bits.hasAll(Uint8Array.of(0, 0, 0x7f)));
  assert.ok(!bits.hasAll(Uint8Array.of(0, 0, 0x80)));
});
