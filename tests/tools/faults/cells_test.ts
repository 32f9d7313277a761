import assert from "node:assert/strict";
import { CELLS, fill, oddOutputs, type Output } from "@/tools/faults/cells.ts";

/** Runs the fault in a folder of its own. */
async function run(tries: number, signal?: AbortSignal) {
  const folder = await Deno.makeTempDir();
  const told: number[] = [];
  try {
    const result = await CELLS.run({
      folder,
      tries,
      seed: 7,
      onTry: (done) => told.push(done),
      ...(signal && { signal }),
    });
    const left = await Array.fromAsync(Deno.readDir(folder));
    return { result, told, left };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("CELLS finds every output of a few cells, tells how far it is, and leaves no file", async () => {
  const { result, told, left } = await run(30);
  assert.deepEqual({ ...result, note: "" }, { tried: 30, failures: [], note: "" });
  assert.match(result.note!, /^\d+ MB of outputs$/);
  assert.deepEqual(told, Array.from({ length: 31 }, (_, i) => i));
  assert.deepEqual(left, []);
});

Deno.test("CELLS ends when it is aborted", async () => {
  await assert.rejects(run(30, AbortSignal.abort(new Error("enough"))), { message: "enough" });
});

Deno.test("oddOutputs() notices what is lacking, doubled, changed or under another cell", () => {
  const wanted: Output[] = [
    { kind: "stdout", seed: 1, length: 8 },
    { kind: "image/png", seed: 2, length: 12 },
    { kind: "text/html", seed: 3, length: 16 },
  ];
  const stream = { output_type: "stream", name: "stdout", text: [fill(1, 8) + "\n"] };
  const [png, html] = [{ "image/png": fill(2, 12) }, { "text/html": fill(3, 16) }]
    .map((data) => ({ output_type: "display_data", data }));
  const odd = (...outputs: object[]) => oddOutputs(wanted, { outputs: outputs as never });
  assert.equal(odd(stream, png!, html!), undefined);
  assert.equal(odd(png!, html!, stream), undefined, "streams and displays are sent apart");
  const displays = "display_data must have 12 + 16 characters, got ";
  assert.equal(odd(stream, png!), displays + "12");
  assert.equal(odd(stream), displays + "nothing");
  assert.equal(odd(stream, png!, html!, html!), displays + "12 + 16 + 16");
  assert.equal(odd(stream, html!, png!), displays + "16 + 12");
  assert.equal(odd(png!, html!), "stdout must have 9 characters, got nothing");
  const other = { ...png!, data: { "image/png": fill(4, 12) } };
  assert.match(odd(stream, other, html!)!, /^display_data must/, "that of another cell");
  const empty = { output_type: "execute_result", data: { "text/plain": "" } };
  assert.match(odd(stream, png!, html!, empty)!, /^execute_result must have nothing/);
});

Deno.test("fill() gives the asked number of characters, others for another seed", () => {
  assert.deepEqual([1, 2, 3, 4, 5].map((length) => fill(9, length).length), [1, 2, 3, 4, 5]);
  assert.equal(fill(9, 50).slice(0, 20), fill(9, 20));
  assert.notEqual(fill(9, 20), fill(10, 20));
});
