import assert from "node:assert/strict";
import { gigabytes, ms } from "@/tools/bench/table.ts";

Deno.test("ms() and gigabytes() keep the significant digits", () => {
  assert.deepEqual([ms(2.345), ms(9.996), ms(234.56)], ["2.35", "10.00", "234.6"]);
  assert.equal(gigabytes(1.094e9), "1.09");
});
