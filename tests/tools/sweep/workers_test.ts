import assert from "node:assert/strict";
import { devicesFor, shareRuns } from "@/tools/sweep/workers.ts";

const shell = (script: string) =>
  new Deno.Command("sh", { args: ["-c", script], stdin: "null", stdout: "null", stderr: "piped" });

Deno.test("shareRuns() gives each device one run at a time, and each run to one device", async () => {
  const [busy, taken]: [Set<string>, number[]] = [new Set(), []];
  let most = 0;
  const devices = new Map<number, string>();
  const ended = await shareRuns([3, 1, 4, 0, 2], {
    devices: ["a", "b"],
    command: (number, device) => {
      assert.ok(!busy.has(device), device);
      busy.add(device);
      devices.set(number, device);
      taken.push(number);
      most = Math.max(most, busy.size);
      return shell(`sleep 0.0${number + 1}`);
    },
    onEnd: ({ number }) => busy.delete(devices.get(number)!),
  });
  assert.deepEqual([taken, most], [[3, 1, 4, 0, 2], 2]);
  assert.deepEqual(ended.map(({ number }) => number).toSorted(), [0, 1, 2, 3, 4]);
  assert.ok(ended.every(({ code, seconds }) => code === 0 && seconds > 0));
});

Deno.test("shareRuns() goes on after a failure, and tells its last words", async () => {
  const ended = await shareRuns([0, 1], {
    devices: ["a"],
    command: (number) => shell(number === 0 ? "echo one >&2; echo two >&2; exit 3" : "true"),
  });
  assert.deepEqual(ended.map(({ number, code, words }) => [number, code, words]), [
    [0, 3, "two"],
    [1, 0, ""],
  ]);
});

Deno.test("shareRuns() asks its children to stop, waits for them, and begins no other", async () => {
  const abort = new AbortController();
  const begun: number[] = [];
  const sharing = shareRuns([0, 1, 2], {
    devices: ["a", "b"],
    signal: abort.signal,
    command: (number) => {
      begun.push(number);
      return shell('trap "echo saved >&2; exit 130" TERM; while :; do sleep 0.02; done');
    },
  });
  setTimeout(() => abort.abort(), 200);
  const ended = await sharing;
  assert.deepEqual(begun, [0, 1]);
  assert.deepEqual(ended.map(({ code, words }) => [code, words]), [[130, "saved"], [130, "saved"]]);
});

Deno.test("devicesFor() names devices from those that are visible", () => {
  assert.deepEqual(devicesFor(3), ["0", "1", "2"]);
  assert.deepEqual(devicesFor(2, "GPU-1, GPU-2,GPU-3"), ["GPU-1", "GPU-2"]);
  assert.throws(() => devicesFor(2, "5"), {
    name: "RangeError",
    message: "Cannot sweep: devices must be at most 1, those of CUDA_VISIBLE_DEVICES, got 2; " +
      "use fewer, or unset the variable",
  });
});
