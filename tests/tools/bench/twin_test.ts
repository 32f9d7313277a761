import assert from "node:assert/strict";
import {
  type Peer,
  PEERS,
  peersOf,
  startTwin,
  type Twin,
  type TwinOptions,
} from "@/tools/bench/twin.ts";
import { TINY } from "../../tiny.ts";

/** The program of all peers here. */
const PROGRAM = "fake_twin.py";

function fake(mode: string): Pick<Peer, "label" | "modes"> {
  return { label: mode, modes: { float32: mode, bfloat16: "other" } };
}

function start(mode: string, options: Partial<TwinOptions> = {}) {
  const folder = import.meta.dirname!;
  return startTwin(fake(mode), PROGRAM, TINY, { python: "python3", folder, ...options });
}

Deno.test("startTwin() starts a program that takes steps on request", async () => {
  await using twin: Twin = await start("works");
  assert.equal(twin.name, "works");
  // Our XLA's variables are not passed on.
  const description = { setupSeconds: 1.5, device: "", versions: {}, forms: {} };
  assert.deepEqual(twin.description, description);
  assert.deepEqual(await twin.steps(3), [4, 5, 6]); // the batch of TINY is 4
  assert.deepEqual(await twin.steps(1), [4]);
  assert.equal(typeof twin.pid, "number");
});

Deno.test("startTwin() can read the losses of several steps together", async () => {
  await using twin = await start("works", { stepsPerReading: 2 });
  assert.deepEqual(await twin.steps(5), [4, 6, 8]);
});

Deno.test("startTwin() kills its program when disposed", async () => {
  const twin = await start("works");
  await twin[Symbol.asyncDispose]();
  await assert.rejects(Deno.stat(`/proc/${twin.pid}`), Deno.errors.NotFound);
});

Deno.test("startTwin() requests the mode of the config's precision", async () => {
  const config = { ...TINY, precision: "bfloat16" } as const;
  const folder = import.meta.dirname!;
  await assert.rejects(
    startTwin({ label: "works", modes: { float32: "works", bfloat16: "dies" } }, PROGRAM, config, {
      python: "python3",
      folder,
    }),
    { message: "it ended with code 1: ImportError: no framework" },
  );
});

Deno.test("startTwin() reports a program's own message if it does not start", async () => {
  await assert.rejects(start("dies"), {
    message: "it ended with code 1: ImportError: no framework",
  });
  await assert.rejects(start("refuses"), { message: "RuntimeError: it will not" });
  await assert.rejects(start("works", { python: "no-such-python" }), {
    message: `there is no program "no-such-python"`,
  });
});

Deno.test("startTwin() reports a program's own message if it fails later", async () => {
  await using twin = await start("tires");
  assert.deepEqual(await twin.steps(1), [4]);
  await assert.rejects(twin.steps(1), { message: "MemoryError: enough" });
});

Deno.test("startTwin() stops at the signal", async () => {
  const abort = new AbortController();
  await using twin = await start("works", { signal: abort.signal });
  abort.abort();
  await assert.rejects(twin.steps(1), { name: "AbortError" });
});

Deno.test("peersOf() names the peers that a method has programs for", () => {
  assert.deepEqual(peersOf({ programs: { torch: "a.py", jax: "b.py" } }), Object.keys(PEERS));
  assert.deepEqual(peersOf({ programs: { jax: "b.py" } }), ["jax"]);
  assert.deepEqual(peersOf({ programs: { torch: "a.py" } }, false), ["torch", "torch-compile"]);
  assert.deepEqual(peersOf({ programs: {} }), []);
});
