import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "../../data/fixtures.ts";
import { runCli } from "./run_cli.ts";

Deno.test("deno task faults tries the faults that are named, and writes the table", async () => {
  await withFolder(async (folder) => {
    const out = join(folder, "table.md");
    const { code, stdout, stderr } = await runCli([
      ...["faults", "--only", "hostile server", "--tries", "2", "--seed", "5", "--out", out],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^faults: hostile server: 2 tries, 0 wrong, [\d.]+ s$/m);
    assert.match(stdout, /^hostile server +2 +0 +2 refused$/m);
    assert.match(
      await Deno.readTextFile(out),
      /^\| hostile server \| .+ \| 2 \| 0 \| 2 refused \|$/m,
    );
  });
});

Deno.test("deno task faults names the faults that there are", async () => {
  const { code, stderr } = await runCli(["faults", "--only", "earthquake"]);
  assert.equal(code, 2);
  assert.match(stderr, /--only must be some of training killed, .+, got "earthquake"/);
  const seed = await runCli(["faults", "--seed", "-1"]);
  assert.equal(seed.code, 2);
  assert.match(seed.stderr, /'-1' is invalid. It must be an integer >= 0\./);
});
