/** What places of several devices are; `replicas_test.ts` trains on them. */
import assert from "node:assert/strict";
import { nativeBackend } from "@/engine/native.ts";
import { currentDevice } from "@/engine/graph/device.ts";
import { listDevices } from "@/engine/graph/device_list.ts";
import { devices, replicasOfEach } from "@/train/place/devices.ts";

Deno.test("devices() shares replicas out in their order", () => {
  const place = devices(6, 3, "CPU");
  assert.deepEqual(place.replicas, { of: 6, first: 0, count: 6 });
  assert.deepEqual(place.workers.map(({ replicas }) => replicas), [
    { of: 6, first: 0, count: 2 },
    { of: 6, first: 2, count: 2 },
    { of: 6, first: 4, count: 2 },
  ]);
  assert.equal(place.canBeEager, false);
  const variables = { a: { shape: [1], values: Float32Array.of(1) } };
  assert.equal(place.gather(variables), variables);
});

Deno.test("devices() has each worker trace for a device of its own", () => {
  const found = devices(2, 2, "CPU").workers.map(({ on }) => on(currentDevice));
  assert.deepEqual(found, ["/device:CPU:0", "/device:CPU:1"]);
});

Deno.test("replicasOfEach() refuses what cannot be shared out, and says how to mend it", () => {
  assert.equal(replicasOfEach(8, 4), 2);
  for (const [replicas, count] of [[1, 2], [6, 4]] as const) {
    const error = {
      name: "RangeError",
      message: `Cannot use ${count} devices: replicas must be a multiple of ${count}, got ` +
        `${replicas}; set replicas to ${count}, which trains on as many batches in each step, or use ` +
        "another number of devices",
    };
    assert.throws(() => replicasOfEach(replicas, count), error);
    assert.throws(() => devices(replicas, count, "CPU"), error);
  }
});

Deno.test("devices() refuses more GPUs than there are", () => {
  nativeBackend();
  const found = listDevices().filter((name) => name.includes("GPU")).length;
  const count = found + 1;
  assert.throws(() => devices(count, count), {
    name: "RangeError",
    message: `Cannot use ${count} devices: there must be as many GPUs, got ${found}; use fewer ` +
      "devices, on which the same replicas train as well, or name more GPUs in CUDA_VISIBLE_DEVICES " +
      "if it is set",
  });
});
