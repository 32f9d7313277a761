import assert from "node:assert/strict";
import { devicesTable, linksTable } from "@/tools/bench/scale_tables.ts";

Deno.test("devicesTable() has a row for each number of devices", () => {
  const machine = "8 CPU cores, a GPU";
  const table = devicesTable([
    { devices: 1, batch: 64, stepMs: 1.2, efficiency: 1, machine },
    { devices: 2, batch: 64, stepMs: 1.5, efficiency: 0.8, machine },
  ]);
  assert.deepEqual(table.split("\n").slice(2), [
    "| 8 CPU cores, a GPU | 1 | 64 | 1.20 ms | 1.00 |",
    "| 8 CPU cores, a GPU | 2 | 64 | 1.50 ms | 0.80 |",
  ]);
});

Deno.test("linksTable() leaves out what nothing limits", () => {
  const table = linksTable({
    links: [
      { ranks: 2, link: "none", allReduceMs: 4, arithmeticMs: null },
      { ranks: 4, link: "1 Gb/s", allReduceMs: 149, arithmeticMs: 74.6 },
    ],
  });
  assert.deepEqual(table.split("\n").slice(2), [
    "| 2 | none | 4.00 ms |  |",
    "| 4 | 1 Gb/s | 149.0 ms | 74.6 ms |",
  ]);
});
