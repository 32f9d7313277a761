import assert from "node:assert/strict";
import { createBitmap, greyBitmap } from "@/show/plot/bitmap.ts";
import { labelledSheet } from "@/show/plot/sheet.ts";
import { countColoured } from "./coloured.ts";

const black = (side: number) => greyBitmap([0], [1, 1], side);

Deno.test("labelledSheet() shows every bitmap whole, and leaves missing ones white", () => {
  const drawn = labelledSheet(["", ""], [
    { label: "", bitmaps: [black(20), black(30)] },
    { label: "", bitmaps: [undefined, black(10)] },
  ]);
  assert.equal(countColoured(drawn, "#000000"), 400 + 900 + 100);
});

Deno.test("labelledSheet() fits each column to its widest bitmap, each row to its highest", () => {
  const sizeOf = (...sides: [number, number][]) => {
    const rows = sides.map((pair) => ({ label: "", bitmaps: pair.map(black) }));
    const { width, height } = labelledSheet(["", ""], rows);
    return [width, height] as const;
  };
  const [width, height] = sizeOf([20, 20], [20, 20]);
  assert.deepEqual(sizeOf([50, 20], [20, 20]), [width + 30, height + 30]);
  assert.deepEqual(sizeOf([20, 20], [20, 50]), [width + 30, height + 30]);
});

Deno.test("labelledSheet() separates groups, and leaves room for labels", () => {
  const sheet = (label: string, isFirstOfGroup: boolean) =>
    labelledSheet(["a"], [
      { label: "", bitmaps: [createBitmap(20, 20)] },
      { label, bitmaps: [createBitmap(20, 20)], isFirstOfGroup },
    ]);
  assert.ok(sheet("", true).height > sheet("", false).height);
  assert.ok(sheet("a long label", false).width > sheet("", false).width + 40);
});

Deno.test("labelledSheet() refuses a row that does not fit the headings", () => {
  assert.throws(() => labelledSheet(["a", "b"], [{ label: "truth", bitmaps: [black(1)] }]), {
    name: "RangeError",
    message: 'Cannot draw a sheet: row "truth" must have 2 bitmaps, got 1',
  });
});
