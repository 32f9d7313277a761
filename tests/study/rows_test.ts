import assert from "node:assert/strict";
import fc from "fast-check";
import {
  firstRows,
  joinRows,
  type LabelledRows,
  lastRows,
  requireRows,
  rowAt,
  rowCount,
} from "@/study/rows.ts";

/** Rows of two numbers. */
const tableOf = (...values: number[]): LabelledRows => ({
  values: Float32Array.from(values),
  labels: Uint8Array.from({ length: values.length / 2 }, (_, i) => i),
  length: 2,
});

Deno.test("rowAt() and rowCount() read a table row by row", () => {
  const table = tableOf(1, 2, 3, 4, 5, 6);
  assert.equal(rowCount(table), 3);
  assert.deepEqual([...rowAt(table, 1)], [3, 4]);
});

Deno.test("joinRows() concatenates tables", () => {
  const joined = joinRows([tableOf(1, 2), tableOf(3, 4, 5, 6)]);
  assert.deepEqual([...joined.values], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...joined.labels], [0, 0, 1]);
});

Deno.test("joinRows() joins what firstRows() and lastRows() split", () => {
  const tables = fc.integer({ min: 1, max: 8 })
    .chain((count) => fc.tuple(fc.constant(count), fc.integer({ min: 0, max: count })));
  fc.assert(
    fc.property(tables, ([count, at]) => {
      const table = tableOf(...Array.from({ length: 2 * count }, (_, i) => i));
      assert.deepEqual(joinRows([firstRows(table, at), lastRows(table, at)]), table);
    }),
    { seed: 1 },
  );
});

Deno.test("requireRows() and joinRows() refuse rows of another length", () => {
  const other = { ...tableOf(1, 2, 3, 4), length: 4 };
  assert.throws(() => joinRows([tableOf(1, 2), other]), {
    name: "TypeError",
    message: "Cannot join rows: a table must have rows of 2 values, got 4 values in rows of 4",
  });
  const broken = { values: new Float32Array(5), length: 2 };
  assert.throws(() => requireRows("do it", "rows", broken, 2), {
    name: "TypeError",
    message: "Cannot do it: rows must have rows of 2 values, got 5 values in rows of 2",
  });
});
