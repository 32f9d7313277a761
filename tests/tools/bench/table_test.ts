import assert from "node:assert/strict";
import { aligned, gigabytes, ms } from "@/tools/bench/table.ts";

Deno.test("aligned() pads names to the left and numbers to the right", () => {
  const rows = [["", "ms", "GB"], ["ours", "250.0"], ["a peer", "9.00", "1.10"]];
  assert.deepEqual(aligned(rows), ["           ms    GB", "ours    250.0", "a peer   9.00  1.10"]);
});

Deno.test("ms() and gigabytes() keep the significant digits", () => {
  assert.deepEqual([ms(2.345), ms(9.996), ms(234.56)], ["2.35", "10.00", "234.6"]);
  assert.equal(gigabytes(1.094e9), "1.09");
});
