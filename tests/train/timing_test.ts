import assert from "node:assert/strict";
import { nativeBackend } from "@/native.ts";
import { timeSteps } from "@/train/timing.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";

for (const eager of [false, true]) {
  Deno.test(`timeSteps() counts the steps after the warm-up, ${eager ? "eagerly" : "traced"}`, () => {
    const steps: number[] = [];
    assertTensorsKept(0, () => {
      const options = { warmUp: 2, repeat: 3, eager, onStep: (step: number) => steps.push(step) };
      const { milliseconds, compileMs, backend } = timeSteps(TINY, options);
      assert.equal(milliseconds.length, 3);
      assert.ok([...milliseconds, compileMs].every((ms) => ms > 0 && Number.isFinite(ms)));
      assert.equal(backend, nativeBackend().isUsingGpuDevice ? "GPU" : "CPU");
    });
    assert.deepEqual(steps, [1, 2, 3, 4, 5]);
  });
}
