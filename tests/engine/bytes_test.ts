import assert from "node:assert/strict";
import { bytesOf } from "@/engine/bytes.ts";

Deno.test("bytesOf() gives a part of an array in the same memory", () => {
  const values = Uint16Array.of(1, 0x0302, 4).subarray(1, 2);
  const bytes = bytesOf(values);
  assert.deepEqual([...bytes], [2, 3]);
  bytes[0] = 9;
  assert.equal(values[0], 0x0309);
});
