import assert from "node:assert/strict";
import { graphicsMemory, peakMemory, processAge } from "@/tools/bench/resources.ts";

Deno.test("peakMemory() is at least what the process holds, and never falls", () => {
  const held = Deno.memoryUsage().rss;
  const peak = peakMemory();
  assert.ok(peak >= 0.99 * held, `${peak} of ${held}`); // the kernel updates each at its own time
  assert.ok(peakMemory() >= peak);
});

Deno.test("peakMemory() is told of other processes too", () => {
  assert.ok(peakMemory(Deno.ppid) > 0);
});

Deno.test("processAge() grows from before this test began", async () => {
  const age = processAge();
  assert.ok(age > 0 && Number.isFinite(age));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(processAge() > age);
});

Deno.test("graphicsMemory() gives bytes, or nothing without a card", () => {
  const bytes = graphicsMemory();
  assert.ok(bytes === undefined || bytes >= 0);
});
