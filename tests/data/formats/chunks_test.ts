import assert from "node:assert/strict";
import { inChunks } from "@/data/formats/chunks.ts";
import { requestOf } from "../fixtures.ts";

const WORK = { task: "count", count: 7, chunkSize: 3 };

Deno.test("inChunks() covers the work and reports progress after each chunk", async () => {
  const told: unknown[] = [];
  const request = requestOf({ onProgress: (progress) => told.push(progress) });
  const pieces = await Array.fromAsync(inChunks(WORK, request));
  assert.deepEqual(pieces, [{ start: 0, end: 3 }, { start: 3, end: 6 }, { start: 6, end: 7 }]);
  const common = { task: "count", total: 7, unit: "images" };
  assert.deepEqual(told, [3, 6, 7].map((done) => ({ ...common, done })));
});

Deno.test("inChunks() lets a timer abort it between two chunks", async () => {
  const stop = new AbortController();
  const starts: number[] = [];
  const count = async () => {
    for await (const { start } of inChunks(WORK, requestOf({ signal: stop.signal }))) {
      starts.push(start);
      setTimeout(() => stop.abort(new Error("enough")));
    }
  };
  await assert.rejects(count(), { message: "enough" });
  assert.deepEqual(starts, [0]);
});
