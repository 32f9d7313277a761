import assert from "node:assert/strict";
import { countUnits, huffmanCode, type Scan } from "@/data/formats/jpeg_scan.ts";

/** Counts of codes by length, from 1 bit. */
const countsOf = (...counts: number[]) => Uint8Array.from({ length: 16 }, (_, i) => counts[i] ?? 0);

/** One code, the bit 0, for the symbol 0: a block of zeros takes one bit for each of its codes. */
const ZERO = huffmanCode(countsOf(1), Uint8Array.of(0));

/** Codes 0 for the symbol 0, and 10 for a number of three bits. */
const THREE = huffmanCode(countsOf(1, 1), Uint8Array.of(0, 3));

const ONE = { across: 1, down: 1 };

/** A grey frame of 32 x 8 pixels, which are four blocks. */
const GREY: Scan = {
  width: 32,
  height: 8,
  frame: [ONE],
  parts: [{ component: ONE, dc: ZERO, ac: ZERO }],
  restartInterval: 0,
};

const count = (scan: Scan, ...bytes: number[]) => countUnits(Uint8Array.from(bytes), 0, scan);

Deno.test("huffmanCode() numbers codes of a length one after the other", () => {
  // 0 for 7; 10 for 8; 110 for 9, 111 for 10.
  const code = huffmanCode(countsOf(1, 1, 2), Uint8Array.of(7, 8, 9, 10));
  const entries = [0, 0x7fff, 0x8000, 0xbfff, 0xc000, 0xe000, 0xffff].map((bits) => code[bits]);
  const of = (length: number, symbol: number) => length * 256 + symbol;
  assert.deepEqual(
    entries,
    [of(1, 7), of(1, 7), of(2, 8), of(2, 8), of(3, 9), of(3, 10), of(3, 10)],
  );
  assert.equal(THREE[0xffff], 0, "no code");
});

Deno.test("countUnits() counts the blocks that the bits hold", () => {
  assert.deepEqual(count(GREY, 0b00000000, 0xff, 0xd9), { whole: 4, wanted: 4 });
  const wide = { ...GREY, width: 64 }; // 8 blocks, of which a byte holds 4
  assert.deepEqual(count(wide, 0, 0xff, 0xd9), { whole: 4, wanted: 8 });
  assert.deepEqual(count(wide, 0, 0, 0xff, 0xd9), { whole: 8, wanted: 8 });
  assert.deepEqual(count(wide, 0), { whole: 4, wanted: 8 });
  assert.deepEqual(count(wide), { whole: 0, wanted: 8 });
});

Deno.test("countUnits() passes over the bits of each coefficient", () => {
  const parts = [{ component: ONE, dc: THREE, ac: THREE }];
  // A block is 10 and three bits for the first coefficient, the same for the next, and 0: 11 bits.
  const scan = { ...GREY, width: 16, parts };
  const bytes = [0b10111101, 0b01010111, 0b10100000];
  assert.deepEqual(count(scan, ...bytes), { whole: 2, wanted: 2 });
  assert.deepEqual(count(scan, ...bytes.slice(0, 2)), { whole: 1, wanted: 2 });
});

Deno.test("countUnits() takes a zero that follows FF for no bits", () => {
  const dc = huffmanCode(countsOf(1), Uint8Array.of(15));
  const scan = { ...GREY, width: 16, parts: [{ component: ONE, dc, ac: ZERO }] };
  // A block is 0, fifteen ones, and 0.
  const bytes = [0x7f, 0xff, 0, 0b00111111, 0xff, 0, 0b10111111];
  assert.deepEqual(count(scan, ...bytes), { whole: 2, wanted: 2 });
  assert.deepEqual(count(scan, ...bytes.slice(0, -1)), { whole: 1, wanted: 2 });
});

Deno.test("countUnits() has units of several blocks, but one block for a lone component", () => {
  const luma = { across: 2, down: 2 };
  const part = (component: typeof luma) => ({ component, dc: ZERO, ac: ZERO });
  const frame = [luma, ONE, ONE];
  const scan = { ...GREY, width: 17, height: 16, frame, parts: frame.map(part) };
  // Two units of 16 x 16 pixels, each of 4 + 1 + 1 blocks, two bits a block: three bytes.
  assert.deepEqual(count(scan, 0, 0, 0), { whole: 2, wanted: 2 });
  assert.deepEqual(count(scan, 0, 0), { whole: 1, wanted: 2 });
  // Alone, luma has 3 x 2 blocks, and chroma, of 9 x 8 pixels, 2 x 1.
  assert.equal(count({ ...scan, parts: [part(luma)] }, 0, 0).wanted, 6);
  assert.equal(count({ ...scan, parts: [part(ONE)] }, 0).wanted, 2);
});

Deno.test("countUnits() goes on behind restart markers", () => {
  const scan = { ...GREY, restartInterval: 2 }; // half a byte, then four bits of padding
  assert.deepEqual(count(scan, 0x0f, 0xff, 0xd0, 0x0f, 0xff, 0xd9), { whole: 4, wanted: 4 });
  assert.deepEqual(count(scan, 0x0f, 0xff, 0xff, 0xd0, 0x0f), { whole: 4, wanted: 4 });
  assert.deepEqual(count(scan, 0x0f, 0xff, 0xd0, 0xff, 0xd9), { whole: 2, wanted: 4 });
  assert.deepEqual(count(scan, 0x0f, 0xff, 0xd9), { whole: 2, wanted: 4 });
});
