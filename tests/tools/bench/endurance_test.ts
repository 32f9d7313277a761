import assert from "node:assert/strict";
import { enduranceLine, measureEndurance } from "@/tools/bench/endurance.ts";
import { nativeBackend } from "@/engine/native.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

Deno.test("measureEndurance() compares the last steps with the first ones after the warm-up", () => {
  const counts: number[] = [];
  const { steps, early, late, ratio } = measureEndurance(TINY, {
    steps: 40,
    warmUp: 5,
    block: 10,
    onStep: (count) => counts.push(count),
  });
  if (!nativeBackend().isUsingGpuDevice) { // which takes 64 steps at a time
    assert.deepEqual([steps, early.after, late.after], [40, 5, 30]);
    assert.deepEqual(counts, Array.from({ length: 40 }, (_, i) => i + 1));
  }
  assert.equal(ratio, late.medianMs / early.medianMs);
  assert.ok(early.fastestMs > 0 && early.fastestMs <= early.medianMs);
  assert.ok(early.memory > 1e8 && late.memory > 1e8);
  assert.equal(late.tensors, early.tensors);
});

Deno.test("measureEndurance() keeps no tensor", () => {
  assertTensorsKept(0, () => measureEndurance(TINY, { steps: 4, warmUp: 0, block: 2 }));
});

Deno.test("measureEndurance() refuses fewer steps than it compares", () => {
  assert.throws(() => measureEndurance(TINY, { steps: 1099 }), {
    name: "RangeError",
    message:
      "Cannot measure endurance: steps must be at least 1100, got 1099; a warm-up of 100 and " +
      "two blocks of 500 must fit in",
  });
});

Deno.test("enduranceLine() puts both ends into words", () => {
  const early = { after: 100, medianMs: 4, fastestMs: 3, memory: 5e8, tensors: 1 };
  const late = { ...early, after: 9500, medianMs: 4.04, memory: 5.1e8 };
  assert.equal(
    enduranceLine({ steps: 10000, early, late, ratio: 1.01 }),
    "endurance: 4.00 ms and 0.50 GB after 100 steps, 4.04 ms and 0.51 GB after 9500 steps: " +
      "1.010 times as long",
  );
});
