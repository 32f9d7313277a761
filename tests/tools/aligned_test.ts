import assert from "node:assert/strict";
import { aligned } from "@/tools/aligned.ts";

Deno.test("aligned() pads names to the left and numbers to the right", () => {
  const rows = [["", "ms", "GB"], ["ours", "250.0"], ["a peer", "9.00", "1.10"]];
  assert.deepEqual(aligned(rows), ["           ms    GB", "ours    250.0", "a peer   9.00  1.10"]);
});

Deno.test("aligned() takes which columns are numbers", () => {
  const rows = [["run", "name"], ["2", "a"]];
  assert.deepEqual(aligned(rows, (column) => column === 0), ["run  name", "  2  a"]);
});
