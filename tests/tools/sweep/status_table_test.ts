import assert from "node:assert/strict";
import { statusTable } from "@/tools/sweep/status_table.ts";

Deno.test("statusTable() lists runs in columns and counts them", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const ago = (seconds: number) => ({ savedAt: new Date(now.getTime() - 1000 * seconds) });
  const doubts = ["the realism gap is low"];
  const table = statusTable([
    {
      name: "faces, seed 1",
      state: "done",
      step: 5500,
      steps: 5500,
      doubts: [],
      ...ago(86_400 * 3),
    },
    { name: "chairs, seed 2", state: "done", step: 60, steps: 60, doubts, ...ago(7200) },
    { name: "bowls", state: "running", step: 123, steps: 5500, doubts: [], ...ago(150) },
    { name: "people", state: "interrupted", step: 100, steps: 5500, doubts: [], ...ago(119) },
    { name: "digits", state: "missing", step: 0, steps: 6000, doubts: [] },
  ], now);
  assert.deepEqual(table.split("\n"), [
    "run  name                steps  state           last checkpoint",
    "  0  faces, seed 1   5500/5500  done            3 d ago",
    "  1  chairs, seed 2      60/60  done, IN DOUBT  2 h ago",
    "  2  bowls            123/5500  running         2 min ago",
    "  3  people           100/5500  interrupted     119 s ago",
    "  4  digits             0/6000  missing",
    "5 runs: 2 done, 1 running, 1 interrupted, 1 missing, 1 IN DOUBT",
  ]);
});
