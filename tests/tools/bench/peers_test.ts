import assert from "node:assert/strict";
import {
  compare,
  type Contestant,
  measurePeers,
  namesOf,
  peersLines,
  type PeersReport,
  race,
} from "@/tools/bench/peers.ts";
import { nativeBackend } from "@/engine/native.ts";
import { PRESETS } from "@/method/registry.ts";
import { TINY } from "../../tiny.ts";

const TURNS = { rounds: 3, stepsPerTurn: 2, pauseMs: 0 };

/** A contestant that records its turns; `fails` is the first turn at which it fails. */
function contestant(name: string, order: string[], fails = Infinity): Contestant {
  let turn = 0;
  return {
    name,
    steps(count) {
      order.push(name);
      if (turn === fails) throw new Error(`${name} is out`);
      turn++;
      return Array.from({ length: count }, (_, i) => 10 * turn + i);
    },
  };
}

Deno.test("race() rotates the order from round to round", async () => {
  const order: string[] = [];
  const turns: number[] = [];
  const results = await race(["a", "b", "c"].map((name) => contestant(name, order)), {
    ...TURNS,
    onTurn: (count) => turns.push(count),
  });
  assert.equal(order.join(""), "abc" + "bca" + "cab");
  assert.deepEqual(turns, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const result of results) {
    assert.deepEqual(result, { rounds: [[10, 11], [20, 21], [30, 31]] });
  }
});

Deno.test("race() continues without a failed contestant and keeps its message", async () => {
  const order: string[] = [];
  const results = await race([contestant("a", order), contestant("b", order, 1)], TURNS);
  assert.equal(order.join(""), "ab" + "ba" + "a");
  assert.deepEqual(results[0], { rounds: [[10, 11], [20, 21], [30, 31]] });
  assert.deepEqual(results[1], { failure: "b is out" });
});

Deno.test("race() stops at the signal", async () => {
  const abort = new AbortController();
  const steps = () => {
    abort.abort();
    return [1];
  };
  await assert.rejects(race([{ name: "a", steps }], { ...TURNS, signal: abort.signal }), {
    name: "AbortError",
  });
});

Deno.test("compare() divides medians, and takes the median of the rounds' ratios", () => {
  const [ours, peer, failed] = compare([
    { rounds: [[10, 12], [20, 22], [30, 32]] }, // medians 11, 21, 31
    { rounds: [[22, 22], [63, 63], [31, 31]] }, // ratios 2, 3, 1
    { failure: "no memory" },
  ]);
  assert.deepEqual(ours, {
    medianMs: 21,
    fastestMs: 10,
    ratioOfMedians: 1,
    medianOfRatios: 1,
  });
  assert.deepEqual(peer, {
    medianMs: 31, // of 22 22 31 31 63 63
    fastestMs: 22,
    ratioOfMedians: 31 / 21,
    medianOfRatios: 2,
  });
  assert.deepEqual(failed, { failure: "no memory" });
});

Deno.test("compare() needs our own step", () => {
  assert.throws(() => compare([{ failure: "no memory" }]), {
    message: "Cannot compare with peers: our own step must run, got no memory",
  });
});

const BOTH = { programs: { torch: "torch_step.py", jax: "jax_step.py" } };

Deno.test("namesOf() returns all peers that run here, or those of a list, once", () => {
  const all = namesOf(BOTH);
  assert.ok(all.includes("torch") && all.includes("jax"));
  assert.equal(all.includes("torch-cuda-graphs"), nativeBackend().isUsingGpuDevice);
  assert.deepEqual(namesOf(BOTH, "jax,torch,jax"), ["jax", "torch"]);
  assert.throws(() => namesOf(BOTH, "jax,julia"), {
    name: "RangeError",
    message: "Cannot compare with peers: each must be one of torch, torch-compile, " +
      "torch-cuda-graphs, jax, got julia",
  });
});

Deno.test("namesOf() knows which peers a method has", () => {
  const torch = { programs: { torch: "torch_searched.py" } };
  assert.ok(!namesOf(torch).includes("jax"));
  assert.throws(() => namesOf(torch, "torch,jax"), {
    name: "RangeError",
    message: "Cannot compare with peers: each must be one of torch, torch-compile, " +
      "torch-cuda-graphs, got jax",
  });
});

const OPTIONS = { ...TURNS, names: ["torch", "jax"], python: "no-such-python" };

Deno.test("measurePeers() measures ours, and says why a peer could not start", async () => {
  const shown: string[] = [];
  const onSetUp = (name: string) => shown.push(name);
  const report = await measurePeers(TINY, { ...OPTIONS, onSetUp });
  assert.deepEqual(shown, ["ours", "PyTorch", "JAX"]);
  assert.equal(report.kind, "peers");
  assert.deepEqual(report.config, TINY);
  assert.deepEqual(report.turns, TURNS);
  const [ours, ...peers] = report.rows;
  assert.deepEqual([ours!.name, ours!.ratioOfMedians, ours!.medianOfRatios], ["ours", 1, 1]);
  assert.ok(ours!.medianMs! >= ours!.fastestMs! && ours!.fastestMs! > 0);
  assert.ok(ours!.peakMemory! > 1e7 && ours!.setupSeconds! > 0);
  const failure = `there is no program "no-such-python"`;
  assert.deepEqual(peers, [{ name: "PyTorch", failure }, { name: "JAX", failure }]);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

Deno.test("measurePeers() refuses what the twins do not support", async () => {
  await assert.rejects(measurePeers({ ...TINY, texture: true }, OPTIONS), {
    name: "RangeError",
    message: "Cannot compare with peers: texture must be false, got true",
  });
});

Deno.test("peersLines() aligns a table and says which peers failed and why", () => {
  const times = { medianMs: 250.4, fastestMs: 240, ratioOfMedians: 1, medianOfRatios: 1 };
  const more = { peakMemory: 1.1e9, setupSeconds: 2.54 };
  const report: PeersReport = {
    kind: "peers",
    machine: "2 CPU cores",
    versions: { deno: "2.9.6", tfjs: "4.22.0", tensorflow: "2.21.0" },
    quietness: { foreignShare: 0.01, load: 0.2, isQuiet: true },
    config: PRESETS.paper,
    turns: TURNS,
    rows: [
      { name: "ours", ...times, ...more },
      { name: "PyTorch compiled", failure: "no compiler" },
      {
        name: "JAX",
        ...more,
        medianMs: 500.8,
        fastestMs: 490,
        ratioOfMedians: 2,
        medianOfRatios: 1.956,
        graphicsMemory: 2e9,
      },
    ],
  };
  assert.deepEqual(peersLines(report), [
    "      median ms  fastest ms  / ours  by round    memory GB  set-up s",
    "ours      250.4       240.0    1.00      1.00         1.10       2.5",
    "JAX       500.8       490.0    2.00      1.96  1.10 + 2.00       2.5",
    "PyTorch compiled failed: no compiler",
    "quiet: others used 1.0 % of the cores, load 0.2 before",
  ]);
});
