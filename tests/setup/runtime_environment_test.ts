import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "@/setup/layout.ts";
import { RUNTIME_ENVIRONMENT } from "@/setup/runtime_environment.ts";

Deno.test("RUNTIME_ENVIRONMENT is what deno.json sets for every task that trains", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT.root, "deno.json")));
  const prefix = Object.entries(RUNTIME_ENVIRONMENT).map(([name, value]) => `${name}=${value} `);
  for (const name of ["reproduce", "train", "render", "bench"]) {
    assert.equal(
      tasks[name].command,
      `${prefix.join("")}deno run --allow-all lib/cli/main.ts ${name}`,
    );
  }
});
