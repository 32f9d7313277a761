import assert from "node:assert/strict";
import { runCli } from "./run_cli.ts";

Deno.test("data says how many pictures a set has", async () => {
  const { code, stdout } = await runCli(["data", "embedded-digits"]);
  assert.equal(code, 0);
  assert.match(stdout, /^embedded-digits train: \d+ pictures of 28 x 28 pixels\n/);
});

Deno.test("data exits with 2 on a name that no set has", async () => {
  const { code, stderr } = await runCli(["data", "nonsense"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot load data: its name must be one of mnist, .* got "nonsense"\n$/,
  );
});
