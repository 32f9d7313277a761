import { PROJECT } from "@/tools/setup/layout.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ensurePeers,
  ensureReaders,
  ensureVirtualEnvironment,
  jupyterEnvironment,
} from "@/tools/setup/virtual_environment.ts";
import { fakeCheckout } from "./fake_checkout.ts";

const CURE = "install Python 3.10 or later with its venv module, e.g. with " +
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

Deno.test("ensureVirtualEnvironment() starts over if its Python is gone", async () => {
  await using checkout = await fakeCheckout();
  await ensureVirtualEnvironment(checkout.context);
  await Deno.remove(checkout.layout.python);
  await ensureVirtualEnvironment(checkout.context);
  await Deno.stat(checkout.layout.python);
});

Deno.test("ensureVirtualEnvironment() says what to install if Python is missing", async () => {
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

Deno.test("ensureVirtualEnvironment() says what to install if venv or pip is missing", async () => {
  const script =
    `[ "$1" = -c ] && echo 3.12 || { echo "Error: ensurepip is not available"; exit 1; }`;
  await assert.rejects(
    withPython(script),
    /must end with code 0, got 1 \(Error: ensurepip is not available\); .*python3-venv/,
  );
});

Deno.test("ensurePeers() installs what the backend needs, within the pinned versions", async () => {
  await using checkout = await fakeCheckout();
  const { peers } = checkout.layout;
  assert.equal(await ensurePeers(checkout.context, "cpu"), join(peers, "bin", "python"));
  await ensurePeers(checkout.context, "cpu");
  const calls = async () =>
    (await Deno.readTextFile(join(peers, "bin", "calls"))).trimEnd().split("\n");
  const [onCpu, ...more] = await calls();
  assert.match(onCpu!, /install --constraint .*requirements\.txt torch jax numpy safetensors /);
  assert.deepEqual(more, []);
  await Deno.remove(peers, { recursive: true });
  await ensurePeers(checkout.context, "gpu");
  assert.match((await calls())[0]!, / torch jax\[cuda13\] numpy safetensors /);
});

Deno.test("ensurePeers() makes another environment for another backend", async () => {
  await using checkout = await fakeCheckout();
  await ensurePeers(checkout.context, "cpu");
  const made = (await checkout.calls()).length;
  await ensurePeers(checkout.context, "gpu");
  assert.ok((await checkout.calls()).length > made);
});

Deno.test("ensurePeers() needs a newer Python", async () => {
  await using checkout = await fakeCheckout();
  const { pythonProgram } = checkout.context;
  await Deno.writeTextFile(pythonProgram, "#!/bin/bash\necho 3.10\n", { mode: 0o755 });
  await assert.rejects(
    ensurePeers(checkout.context, "cpu"),
    /Cannot make \.backend\/peers: .*python3 must be Python 3\.11 or later, got 3\.10; install/,
  );
});

Deno.test("ensureReaders() installs once, and only what has its pinned hash", async () => {
  await using checkout = await fakeCheckout();
  const { readers } = checkout.layout;
  assert.equal(await ensureReaders(checkout.context), join(readers, "bin", "python"));
  await ensureReaders(checkout.context);
  const calls = (await Deno.readTextFile(join(readers, "bin", "calls"))).trimEnd().split("\n");
  assert.equal(calls.length, 1);
  assert.match(calls[0]!, /pip install --no-deps --require-hashes .*faults.requirements\.txt/);
});

Deno.test("requirements.txt of faults pins every package by version and hash", async () => {
  const path = join(PROJECT.root, "lib", "tools", "faults", "requirements.txt");
  const text = (await Deno.readTextFile(path)).replaceAll(/^#.*\n/gm, "").replaceAll(" \\\n", "");
  const lines = text.trim().split("\n");
  assert.deepEqual(
    new Set(lines.map((line) => line.split("==")[0])),
    new Set(["numpy", "pillow", "safetensors", "trimesh"]),
  );
  const pinned = /^\w+==[\d.]+( ; python_full_version [<>=]+ '[\d.*]+')?( +--hash=sha256:\w{64})+$/;
  for (const line of lines) assert.match(line, pinned);
});

Deno.test("jupyterEnvironment() keeps all of Jupyter's folders inside .venv", async () => {
  await using checkout = await fakeCheckout();
  const { PYTHONNOUSERSITE, ...folders } = jupyterEnvironment(checkout.layout);
  assert.equal(PYTHONNOUSERSITE, "1");
  for (const folder of Object.values(folders)) {
    assert.ok(folder.startsWith(join(checkout.layout.venv, "/")), folder);
  }
});

for (const folder of ["setup", join("bench", "twins")]) {
  Deno.test(`requirements.txt of ${folder} pins every package and names no index`, async () => {
    const path = join(PROJECT.root, "lib", "tools", folder, "requirements.txt");
    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    for (const line of lines) assert.match(line, /^(#.*|[\w.-]+==[\w.]+)$/);
  });
}
