import assert from "node:assert/strict";
import { join } from "node:path";
import { checkConfig } from "@/method/registry.ts";
import { listCheckpoints } from "@/train/checkpoint.ts";
import {
  outcomeOf,
  readAll,
  requireSame,
  requireSameLosses,
  tinyConfig,
  trainTiny,
} from "@/tools/faults/tiny_run.ts";
import { withFolder } from "../../data/fixtures.ts";

Deno.test("tinyConfig() gives configs that can be trained", () => {
  for (const method of ["vae", "searched"] as const) checkConfig(tinyConfig(method, 12));
});

Deno.test("requireSame() tells a run that is the same from one that is not", async () => {
  await withFolder(async (folder) => {
    const config = tinyConfig("vae", 5);
    const [first, other] = [join(folder, "first"), join(folder, "other")];
    await trainTiny(config, first);
    await trainTiny({ ...config, seed: 2 }, other);
    const whole = await outcomeOf(first);
    await requireSame(first, whole);
    assert.equal(await readAll(first), 2);
    await assert.rejects(requireSame(other, whole), /^Error: the losses must be \{"step":1,/);
    const changed = { ...whole, snapshot: { ...whole.snapshot } };
    const name = Object.keys(changed.snapshot)[0]!;
    changed.snapshot[name] = Array.from(changed.snapshot[name]!, (value) => value + 1);
    await assert.rejects(requireSame(first, changed), {
      message: `${name} must be that of the uninterrupted run`,
    });
    await Deno.writeTextFile(join(first, "frames", "a.tmp"), "");
    await assert.rejects(requireSame(first, whole), /no temporary file must be left, got a\.tmp/);
    const newest = (await listCheckpoints(join(first, "checkpoints"))).at(-1)!;
    await Deno.truncate(newest, 100);
    await assert.rejects(readAll(first), /^SyntaxError: Cannot read/);
  });
});

Deno.test("requireSameLosses() compares as many steps as there are", () => {
  const whole = [{ step: 1, loss: 0.5 }, { step: 2, loss: 0.25 }];
  requireSameLosses(whole.slice(0, 1), whole);
  assert.throws(() => requireSameLosses([{ step: 1, loss: 0.5000000001 }], whole), {
    message: 'the losses must be {"step":1,"loss":0.5}, got {"step":1,"loss":0.5000000001}',
  });
});
