import assert from "node:assert/strict";
import { describeMachine } from "@/machine.ts";

Deno.test("describeMachine() counts cores and names the GPU, and nothing else", () => {
  assert.match(describeMachine(), /^\d+ CPU cores?(, NVIDIA .+)?$/);
});
