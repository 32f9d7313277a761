import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureVirtualEnvironment, jupyterEnvironment } from "@/setup/virtual_environment.ts";
import { fakeCheckout } from "./fake_checkout.ts";

const CURE = "install Python 3.10 or later with its venv module, such as by " +
  "`sudo apt install python3 python3-venv`";

async function withPython(script: string): Promise<void> {
  await using checkout = await fakeCheckout();
  const pythonProgram = checkout.context.pythonProgram;
  await Deno.writeTextFile(pythonProgram, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  await ensureVirtualEnvironment(checkout.context);
}

Deno.test("ensureVirtualEnvironment() installs once", async () => {
  await using checkout = await fakeCheckout();
  await ensureVirtualEnvironment(checkout.context);
  const calls = await checkout.calls();
  await ensureVirtualEnvironment(checkout.context);
  assert.deepEqual(await checkout.calls(), calls);
  assert.match(calls.at(-1)!, /pip install --no-deps .*requirements\.txt/);
});

Deno.test("ensureVirtualEnvironment() starts anew when its Python has gone", async () => {
  await using checkout = await fakeCheckout();
  await ensureVirtualEnvironment(checkout.context);
  await Deno.remove(checkout.layout.python);
  await ensureVirtualEnvironment(checkout.context);
  await Deno.stat(checkout.layout.python);
});

Deno.test("ensureVirtualEnvironment() says what to install where there is no Python", async () => {
  await using checkout = await fakeCheckout();
  const context = { ...checkout.context, pythonProgram: "no-such-python" };
  await assert.rejects(ensureVirtualEnvironment(context), {
    message: `Cannot make .venv: no-such-python must be installed, got no such program; ${CURE}`,
  });
});

Deno.test("ensureVirtualEnvironment() refuses a Python that is too old", async () => {
  await assert.rejects(
    withPython("echo 3.9"),
    /Cannot make \.venv: .*python3 must be Python 3\.10 or later, got 3\.9; install Python 3\.10/,
  );
});

Deno.test("ensureVirtualEnvironment() says what to install where venv or pip is missing", async () => {
  const script =
    `[ "$1" = -c ] && echo 3.12 || { echo "Error: ensurepip is not available"; exit 1; }`;
  await assert.rejects(
    withPython(script),
    /must end with code 0, got 1 \(Error: ensurepip is not available\); .*python3-venv/,
  );
});

Deno.test("jupyterEnvironment() keeps every folder of Jupyter inside .venv", async () => {
  await using checkout = await fakeCheckout();
  const { PYTHONNOUSERSITE, ...folders } = jupyterEnvironment(checkout.layout);
  assert.equal(PYTHONNOUSERSITE, "1");
  for (const folder of Object.values(folders)) {
    assert.ok(folder.startsWith(join(checkout.layout.venv, "/")), folder);
  }
});

Deno.test("requirements.txt pins every package and names no index", async () => {
  const path = join(import.meta.dirname!, "..", "..", "lib", "setup", "requirements.txt");
  const lines = (await Deno.readTextFile(path)).trim().split("\n");
  for (const line of lines) assert.match(line, /^(#.*|[\w.-]+==[\w.]+)$/);
});
