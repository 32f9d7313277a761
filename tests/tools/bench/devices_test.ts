import assert from "node:assert/strict";
import { compareDevices, deviceLines, timeDevices } from "@/tools/bench/devices.ts";
import { TINY } from "../../tiny.ts";

Deno.test("timeDevices() times one device and several, each with a batch of its own", () => {
  let calls = 0;
  const options = { warmUp: 1, repeat: 2, onCall: () => calls++ };
  const [one, two] = timeDevices(TINY, 2, options, "CPU");
  assert.equal(calls, 2 * 5 * 3);
  assert.deepEqual([one!.devices, one!.batch, one!.efficiency], [1, 4, 1]);
  assert.deepEqual([two!.devices, two!.batch], [2, 4]);
  assert.ok(one!.stepMs > 0 && two!.stepMs > 0);
  assert.equal(two!.efficiency, one!.stepMs / two!.stepMs);
});

Deno.test("compareDevices() finds the losses of one device on two", () => {
  assert.ok(compareDevices({ ...TINY, objective: "adversarial" }, 2, 5, "CPU") <= 1e-5);
});

Deno.test("deviceLines() makes a table", () => {
  const machine = "a test";
  const lines = deviceLines([
    { devices: 1, batch: 64, stepMs: 1.14, efficiency: 1, machine },
    { devices: 2, batch: 64, stepMs: 1.24, efficiency: 0.919, machine },
  ]);
  assert.deepEqual(lines.map((line) => line.trim().split(/\s{2,}/)), [
    ["devices", "batch of each", "step ms", "efficiency"],
    ["1", "64", "1.14", "1.00"],
    ["2", "64", "1.24", "0.92"],
  ]);
});
