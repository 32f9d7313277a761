import assert from "node:assert/strict";
import fc from "fast-check";
import { classifyByNeighbours, nearestNeighbours, neighbourPurity } from "@/study/nearest.ts";
import { createRandom } from "@/engine/random.ts";
import { assertTensorsKept } from "../assert.ts";

/** Rows of one number. */
const line = (...values: number[]) => ({ values: Float32Array.from(values), length: 1 });
const labelled = (labels: number[], ...values: number[]) => ({
  ...line(...values),
  labels: Uint8Array.from(labels),
});

Deno.test("nearestNeighbours() gives the nearest first, and the first reference on a tie", () => {
  const found = nearestNeighbours(line(2.1, 10, 5), line(0, 4, 6, 3), 2);
  assert.deepEqual([...found], [3, 1, 2, 1, 1, 2]);
});

Deno.test("nearestNeighbours() agrees with comparing every distance", () => {
  const integers = (length: number) =>
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length });
  fc.assert(
    fc.property(integers(6), integers(15), (queries, references) => {
      const rows = (values: number[]) => ({ values: Float32Array.from(values), length: 3 });
      const found = nearestNeighbours(rows(queries), rows(references), 3);
      const expected = [0, 1].flatMap((q) => {
        const distance = (r: number) =>
          [0, 1, 2].reduce(
            (sum, k) => sum + (queries[3 * q + k]! - references[3 * r + k]!) ** 2,
            0,
          );
        return [0, 1, 2, 3, 4].sort((a, b) => distance(a) - distance(b) || a - b).slice(0, 3);
      });
      assert.deepEqual([...found], expected);
    }),
    { seed: 1, numRuns: 50 },
  );
});

Deno.test("nearestNeighbours() gives the same for queries at once or one by one", () => {
  const random = createRandom(1);
  const rowsOf = (count: number) => ({
    values: Float32Array.from({ length: 2 * count }, () => random.integer(1000)),
    length: 2,
  });
  const [queries, references] = [rowsOf(1003), rowsOf(20)]; // three blocks of queries
  const all = nearestNeighbours(queries, references, 2);
  for (const row of [0, 499, 500, 1002]) {
    const one = { values: queries.values.subarray(2 * row, 2 * row + 2), length: 2 };
    assert.deepEqual(nearestNeighbours(one, references, 2), all.subarray(2 * row, 2 * row + 2));
  }
});

Deno.test("classifyByNeighbours() follows the majority, and the nearest on a tie", () => {
  const known = labelled([7, 3, 3, 5], 0, 1, 2, 30);
  assert.deepEqual([...classifyByNeighbours(known, line(0.1), 3)], [3]);
  assert.deepEqual([...classifyByNeighbours(known, line(0.1), 2)], [7]);
  assert.deepEqual([...classifyByNeighbours(known, line(0.1, 29), 1)], [7, 5]);
});

Deno.test("neighbourPurity() is the share of neighbours of the same class", () => {
  const apart = labelled([0, 0, 1, 1], 0, 1, 10, 11);
  assert.equal(neighbourPurity(apart, 1), 1);
  const mixed = labelled([0, 1, 0, 1], 0, 1, 10, 11);
  assert.equal(neighbourPurity(mixed, 1), 0);
  assert.equal(neighbourPurity(apart, 3), 1 / 3, "one of three others");
});

Deno.test("neighbourPurity() never counts a row as its own neighbour, duplicates or not", () => {
  assert.equal(neighbourPurity(labelled([0, 1, 2, 3], 5, 5, 5, 5), 2), 0);
});

Deno.test("nearestNeighbours() keeps no tensor", () => {
  assertTensorsKept(0, () => nearestNeighbours(line(1, 2), line(3, 4), 1));
});

Deno.test("nearestNeighbours() refuses rows of two lengths and counts out of range", () => {
  assert.throws(() => nearestNeighbours(line(1), { ...line(1, 2), length: 2 }, 1), {
    name: "TypeError",
    message:
      "Cannot find neighbours: references must have rows of 1 values, got 2 values in rows " +
      "of 2",
  });
  for (const count of [0, 3, 1.5]) {
    assert.throws(() => nearestNeighbours(line(1), line(1, 2), count), {
      name: "RangeError",
      message: `Cannot find neighbours: count must be an integer from 1 to 2, got ${count}`,
    });
  }
});
