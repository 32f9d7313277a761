import assert from "node:assert/strict";
import { defaultsOf, helpOf } from "@/config.ts";
import { checkConfig, configWith } from "@/method/registry.ts";
import { SEARCHED_OPTIONS } from "@/method/searched_options.ts";

Deno.test("the options of the searched pose are the recipe's unless given", () => {
  assert.deepEqual(defaultsOf(SEARCHED_OPTIONS), {
    latentSize: 19,
    filters: 64,
    asymmetric: false,
    elevation: false,
    texture: false,
    kl: 1,
    realism: 2,
    cycle: 1,
    solidity: 0.5,
    stretch: 0.1,
    supervision: "none",
    learningRate: 1e-3,
  });
  const flags = Object.values(SEARCHED_OPTIONS).map((option) => helpOf(option).flag);
  assert.equal(new Set(flags).size, flags.length);
});

const REFUSED: readonly [Record<string, unknown>, string][] = [
  [{ latentSize: 1 }, "latentSize must be an integer >= 2, got 1"],
  [{ filters: 48 }, "filters must be a multiple of 32 >= 32, got 48"],
  [{ kl: -1 }, "kl must be a number >= 0, got -1"],
  [{ learningRate: 0 }, "learningRate must be a number > 0, got 0"],
  [{ supervision: "all" }, "supervision must be one of none, pose, shape, got all"],
];
for (const [changes, message] of REFUSED) {
  Deno.test(`the searched pose refuses because ${message}`, () => {
    const config = configWith("quick", { method: "searched", ...changes });
    assert.throws(() => checkConfig(config), {
      name: "RangeError",
      message: `Cannot use config: ${message}`,
    });
  });
}
