import assert from "node:assert/strict";
import {
  parseCpuTimes,
  QUIET_SHARE,
  quietnessBetween,
  quietnessInWords,
  watchOthers,
} from "@/tools/bench/quietness.ts";

Deno.test("parseCpuTimes() sums all ticks, busy ticks, and those of one process", () => {
  const stat = "cpu  100 20 30 1000 50 4 6 10 7 2\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
  const self = "42 (a (b) 9 9) R 1 2 3 4 5 6 7 8 9 10 60 15 8 2 20 0 1 0 99";
  assert.deepEqual(parseCpuTimes(stat, self), { all: 1220, busy: 170, own: 85 });
});

Deno.test("parseCpuTimes() counts the ticks of several processes as our own", () => {
  const process = (ticks: string) => `7 (python) S 1 2 3 4 5 6 7 8 9 10 ${ticks} 20 0 1 0 99`;
  const { own } = parseCpuTimes("cpu  1 1 1 1 1 1 1 1", process("1 2 3 4"), process("10 20 30 40"));
  assert.equal(own, 110);
});

Deno.test("quietnessBetween() computes the share of the cores used by others", () => {
  const before = { all: 1000, busy: 300, own: 100 };
  const after = { all: 1400, busy: 600, own: 380 }; // 400 ticks, 300 busy, 280 of them ours
  const quietness = quietnessBetween(before, after, 1.5);
  assert.deepEqual(quietness, { foreignShare: 20 / 400, load: 1.5, isQuiet: true });
  const disturbed = quietnessBetween(before, { ...after, own: 379 }, 1.5);
  assert.deepEqual(disturbed, { foreignShare: 21 / 400, load: 1.5, isQuiet: false });
});

Deno.test("quietnessBetween() is never negative and does not divide by zero", () => {
  const times = { all: 10, busy: 5, own: 2 };
  assert.equal(quietnessBetween(times, { all: 20, busy: 9, own: 8 }, 0).foreignShare, 0);
  assert.deepEqual(quietnessBetween(times, times, 0), { foreignShare: 0, load: 0, isQuiet: true });
});

Deno.test("quietnessInWords() calls a machine quiet only if it was", () => {
  const words = (foreignShare: number) =>
    quietnessInWords({ foreignShare, load: 0.25, isQuiet: foreignShare <= QUIET_SHARE });
  assert.equal(words(0.05), "quiet: others used 5.0 % of the cores, load 0.3 before");
  assert.equal(words(0.12), "not quiet: others used 12.0 % of the cores, load 0.3 before");
});

Deno.test("watchOthers() reads the counters of this machine", () => {
  const { foreignShare, load } = watchOthers([Deno.ppid, 2 ** 30])(); // no process has this PID
  assert.ok(foreignShare >= 0 && foreignShare <= 1);
  assert.ok(load >= 0);
});
