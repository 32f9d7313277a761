import assert from "node:assert/strict";
import { join } from "node:path";
import { warmUp } from "@/tools/sweep/warm_up.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

const runs = [1, 2].flatMap((seed) =>
  ["mu-vae", "elbo"].map((objective) => ({
    name: `${objective} ${seed}`,
    inside: "",
    config: { ...TINY, data: "embedded-digits", imageSize: 28, objective, seed },
  }))
);

Deno.test("warmUp() trains each kind of run once where programs are compiled, and leaves nothing", () =>
  withFolder(async (folder) => {
    const done: number[] = [];
    const options = {
      loadOf: () => ({ cacheDir: join(folder, "cache") }),
      onRun: (count: number) => void done.push(count),
    };
    assert.equal(await warmUp(runs, { ...options, isCompiled: false }), 0);
    assert.equal(await warmUp(runs, { ...options, isCompiled: true }), 2);
    assert.deepEqual(done, [1, 2, 3, 4, 1, 2, 3, 4]);
  }));

Deno.test("warmUp() ends at its signal", async () => {
  const signal = AbortSignal.abort();
  const options = { loadOf: () => ({}), isCompiled: false, signal };
  await assert.rejects(warmUp(runs, options), { name: "AbortError" });
});
