import assert from "node:assert/strict";
import { join } from "node:path";
import { runPip } from "@/tools/setup/pip.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("runPip() reads the settings as pip does, and passes on what is kept", async () => {
  await using checkout = await fakeCheckout();
  const { pythonProgram } = checkout;
  const log = join(pythonProgram, "..", "log");
  await Deno.writeTextFile(
    pythonProgram,
    `#!/bin/bash
if [ "$3" = config ]; then echo ":env:.proxy='$PIP_PROXY'"; echo "global.user='true'"; fi
echo "$* | $PIP_PROXY | $PIP_USER | $PIP_CONFIG_FILE | $TMPDIR" >> "${log}"
`,
    { mode: 0o755 },
  );
  Deno.env.set("PIP_USER", "1");
  Deno.env.set("PIP_PROXY", "http://proxy:3128");
  try {
    const temporary = join(checkout.layout.root, "space");
    await runPip(pythonProgram, ["install", "lark"], { action: "install lark", temporary });
    assert.equal(
      (await Deno.readTextFile(log)).split("\n")[1],
      "-m pip install lark --no-input --disable-pip-version-check | " +
        `http://proxy:3128 |  | /dev/null | ${temporary}`,
    );
  } finally {
    Deno.env.delete("PIP_USER");
    Deno.env.delete("PIP_PROXY");
  }
});
