import assert from "node:assert/strict";
import { graphicsMemory, peakMemory, processAge, residentMemory } from "@/tools/bench/resources.ts";

Deno.test("peakMemory() is at least the current memory and never falls", () => {
  const held = Deno.memoryUsage().rss;
  const peak = peakMemory();
  assert.ok(peak >= 0.99 * held, `${peak} of ${held}`); // the kernel updates the counters at different times
  assert.ok(peakMemory() >= peak);
});

Deno.test("peakMemory() reads other processes too", () => {
  assert.ok(peakMemory(Deno.ppid) > 0);
});

Deno.test("residentMemory() is what is held, no more than the peak", () => {
  const resident = residentMemory();
  assert.ok(Math.abs(resident / Deno.memoryUsage().rss - 1) < 0.05, String(resident));
  assert.ok(resident <= 1.01 * peakMemory());
});

Deno.test("processAge() counts from before this test", async () => {
  const age = processAge();
  assert.ok(age > 0 && Number.isFinite(age));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(processAge() > age);
});

Deno.test("graphicsMemory() returns bytes, or undefined without a GPU", () => {
  const bytes = graphicsMemory();
  assert.ok(bytes === undefined || bytes >= 0);
});
