import assert from "node:assert/strict";
import { closingLine, parseTestSummary } from "@/tools/cli/test_summary.ts";

Deno.test("parseTestSummary() reads deno's last line, with colours, steps and ignored tests", () => {
  assert.deepEqual(parseTestSummary("ok | 3 passed | 0 failed (5ms)\n"), { passed: 3, failed: 0 });
  const coloured =
    "\x1b[0m\x1b[31mFAILED\x1b[0m | 1 passed (1 step) | 2 failed (1 step) | 1 ignored " +
    "\x1b[90m(59ms)\x1b[0m\n";
  assert.deepEqual(parseTestSummary(coloured), { passed: 1, failed: 2 });
});

Deno.test("parseTestSummary() is not fooled by what a test prints", () => {
  const output = "ok | 9 passed | 0 failed (1ms)\nsay ok | 8 passed | 0 failed\n" +
    "FAILED | 1 passed | 1 failed (5ms)\n";
  assert.deepEqual(parseTestSummary(output), { passed: 1, failed: 1 });
});

Deno.test("closingLine() counts a run that ended before any test as a failure", () => {
  assert.equal(closingLine({ passed: 7, failed: 0 }, 0), "7 passed, 0 failed");
  assert.equal(closingLine({ passed: 7, failed: 2 }, 1), "7 passed, 2 failed");
  assert.equal(closingLine(undefined, 1), "0 passed, 1 failed");
  assert.equal(closingLine({ passed: 7, failed: 0 }, 1), "7 passed, 1 failed");
});
