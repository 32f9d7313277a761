import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";

Deno.test("main.ts checks Deno's version before it loads anything else", async () => {
  const folder = join(PROJECT.root, "lib", "tools", "cli");
  const imports = async (name: string) =>
    (await Deno.readTextFile(join(folder, name))).match(/^import .*$/gm) ?? [];
  assert.deepEqual(await imports("main.ts"), ['import { whyTooOld } from "./deno_version.ts";']);
  assert.deepEqual(await imports("deno_version.ts"), []);
});
