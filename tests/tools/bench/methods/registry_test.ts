import assert from "node:assert/strict";
import { configWith, METHODS } from "@/method/registry.ts";
import { KNOWN, twinsOf } from "@/tools/bench/methods/registry.ts";
import { TINY } from "../../../tiny.ts";

Deno.test("the bench knows every method and its options", () => {
  assert.deepEqual(Object.keys(KNOWN), Object.keys(METHODS));
  for (const [method, { twins }] of Object.entries(KNOWN)) {
    const config = configWith("paper", { method });
    for (const field of Object.keys(twins.written)) assert.ok(field in config, field);
    assert.equal(twinsOf(config), twins, "there are twins for the author's config");
  }
});

Deno.test("twinsOf() finds the programs of a method", async () => {
  assert.deepEqual(twinsOf(TINY).programs, { torch: "torch_step.py", jax: "jax_step.py" });
  const searched = configWith("quick", { method: "searched", asymmetric: true });
  assert.deepEqual(twinsOf(searched).programs, { torch: "torch_searched.py" });
  for (const { twins } of Object.values(KNOWN)) {
    for (const program of Object.values(twins.programs)) {
      await Deno.stat(new URL(`../../../../lib/tools/bench/twins/${program}`, import.meta.url));
    }
  }
});

Deno.test("twinsOf() refuses what no twin knows", () => {
  const searched = configWith("quick", { method: "searched" });
  for (
    const [config, words] of [
      [{ ...TINY, method: "another" }, "method must be one of vae, searched, got another"],
      [{ ...TINY, objective: "elbo" }, "objective must be mu-vae, got elbo"],
      [{ ...TINY, pose: "constant" }, "pose must be free, got constant"],
      [{ ...TINY, elevation: true }, "elevation must be false, got true"],
      [{ ...TINY, texture: true }, "texture must be false, got true"],
      [{ ...searched, elevation: true }, "elevation must be false, got true"],
      [{ ...searched, texture: true }, "texture must be false, got true"],
      [{ ...searched, supervision: "pose" }, "supervision must be none, got pose"],
    ] as const
  ) {
    assert.throws(() => twinsOf(config), {
      name: "RangeError",
      message: `Cannot compare with peers: ${words}`,
    });
  }
});
