import assert from "node:assert/strict";
import { largestAround, regionsOf } from "@/data/photo/regions.ts";
import { createRandom } from "@/engine/random.ts";

Deno.test("regionsOf() finds what touches along sides, not across corners", () => {
  const mask = Uint8Array.of(
    ...[1, 1, 0, 1, 0],
    ...[0, 1, 0, 0, 1],
    ...[1, 0, 0, 0, 1],
  );
  const { labels, count } = regionsOf(mask, { width: 5, height: 3 });
  assert.deepEqual([...labels], [
    ...[0, 0, -1, 1, -1],
    ...[-1, 0, -1, -1, 2],
    ...[3, -1, -1, -1, 2],
  ]);
  assert.equal(count, 4);
});

Deno.test("largestAround() grows a pixel to a square, cut at the border", () => {
  const values = new Float32Array(5 * 4);
  values[6] = 0.5; // column 1, row 1
  const size = { width: 5, height: 4 };
  const grown = largestAround(values, size, 2);
  assert.deepEqual([...grown], [...Array(4)].flatMap(() => [0.5, 0.5, 0.5, 0.5, 0]));
  assert.deepEqual(largestAround(values, size, 0), values);
});

Deno.test("largestAround() once by three is three times by one", () => {
  const random = createRandom(2);
  const size = { width: 9, height: 7 };
  const values = Float32Array.from({ length: 63 }, () => random.uniform());
  const steps = [1, 1, 1].reduce((all, reach) => largestAround(all, size, reach), values);
  assert.deepEqual(largestAround(values, size, 3), steps);
});
