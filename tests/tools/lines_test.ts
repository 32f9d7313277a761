import assert from "node:assert/strict";
import { linesOf } from "@/tools/lines.ts";

Deno.test("linesOf() joins lines split anywhere, even inside a character", async () => {
  const bytes = new TextEncoder().encode("é1\né2");
  const stream = ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte)));
  assert.deepEqual(await Array.fromAsync(linesOf(stream)), ["é1", "é2"]);
});
