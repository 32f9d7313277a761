import assert from "node:assert/strict";
import { listDevices } from "@/engine/graph/device_list.ts";
import { nativeBackend } from "@/engine/native.ts";

Deno.test("listDevices() names the CPU, and GPUs where there are any", () => {
  const devices = listDevices();
  assert.ok(devices.includes("/device:CPU:0"));
  assert.equal(devices.includes("/device:GPU:0"), nativeBackend().isUsingGpuDevice);
  assert.deepEqual(listDevices(), devices);
});
