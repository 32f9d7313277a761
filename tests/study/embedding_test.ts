import assert from "node:assert/strict";
import { embed, EMBEDDINGS } from "@/study/embedding.ts";
import { neighbourPurity } from "@/study/nearest.ts";
import { createRandom } from "@/engine/random.ts";

/** Three groups of points, far apart in five dimensions. */
function groups(count: number) {
  const random = createRandom(1);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const values = Float32Array.from(
    { length: 5 * count },
    (_, i) => random.normal() + (i % 5 === labels[Math.floor(i / 5)] ? 20 : 0),
  );
  return { values, labels, length: 5 };
}

for (const method of EMBEDDINGS) {
  Deno.test(`embed() keeps groups together by ${method}`, () => {
    const rows = groups(60);
    const map = embed(rows, method, 1);
    assert.deepEqual([map.length, map.values.length], [2, 120]);
    assert.ok(map.values.every(Number.isFinite));
    assert.equal(neighbourPurity({ ...map, labels: rows.labels }, 5), 1);
  });

  Deno.test(`embed() by ${method} draws the same map for one seed, whatever was drawn before`, () => {
    const [rows, mapOf] = [groups(30), (seed: number) => embed(groups(30), method, seed).values];
    const first = mapOf(1);
    embed(rows, method, 5);
    assert.deepEqual(mapOf(1), first);
    assert.notDeepEqual(mapOf(2), first);
  });

  Deno.test(`embed() by ${method} does not use Math.random or change the rows`, () => {
    const [rows, copy, random] = [groups(30), groups(30), Math.random];
    Math.random = () => {
      throw new Error("drawn");
    };
    try {
      embed(rows, method, 1);
    } finally {
      Math.random = random;
    }
    assert.deepEqual(rows, copy);
  });
}

Deno.test("embed() refuses fewer than four rows", () => {
  assert.throws(() => embed(groups(3), "UMAP", 1), {
    name: "RangeError",
    message: "Cannot embed rows: their number must be at least 4, got 3",
  });
});
