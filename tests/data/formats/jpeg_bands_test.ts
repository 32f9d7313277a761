import assert from "node:assert/strict";
import { emptyBands, missingBands, noteScan } from "@/data/formats/jpeg_bands.ts";

/** The content of a scan's segment: components with table 0, first and last coefficient, the two bits. */
function header(components: readonly number[], first: number, last: number, bits: number) {
  return Uint8Array.of(components.length, ...components.flatMap((c) => [c, 0]), first, last, bits);
}

const told = (whole: number, all: number) =>
  `scans that bring ${whole} of ${all} coefficients to the last bit`;

Deno.test("missingBands() counts what scans have brought, worked by hand", () => {
  const bands = emptyBands([1, 2]);
  const scans = [
    [header([1, 2], 0, 0, 0x01), 0], // both means, but for the last bit
    [header([1], 1, 63, 0x00), 63], // all others of component 1
    [header([2], 1, 5, 0x02), 63], // some of component 2, but for two bits
    [header([2], 6, 63, 0x00), 121], // and the rest
    [header([1, 2], 0, 0, 0x10), 123], // the last bit of the means
    [header([2], 1, 5, 0x21), 123], // one of two bits
  ] as const;
  assert.equal(missingBands(bands), told(0, 128));
  for (const [scan, whole] of scans) {
    noteScan(bands, scan);
    assert.equal(missingBands(bands), told(whole, 128));
  }
  noteScan(bands, header([2], 1, 5, 0x10));
  assert.equal(missingBands(bands), undefined);
});

Deno.test("noteScan() takes a short header, and components that the frame lacks, for no scan", () => {
  const bands = emptyBands([1]);
  for (const bytes of [[], [1], [255, 1], [...header([7], 0, 63, 0)]]) {
    noteScan(bands, Uint8Array.from(bytes));
    assert.equal(missingBands(bands), told(0, 64), `${bytes}`);
  }
});
