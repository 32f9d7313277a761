import assert from "node:assert/strict";
import { checkConfig, configWith } from "@/method/registry.ts";
import { DIGITS } from "@/method/runs.ts";

Deno.test("DIGITS are changes of both presets", () => {
  for (const preset of ["paper", "quick"] as const) {
    const config = checkConfig(configWith(preset, DIGITS[preset]));
    assert.deepEqual([config.method, config.data], ["searched", "mnist:1"]);
  }
});
