import type { SetupProgress } from "@/tools/setup/context.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ensurePeers,
  ensureReaders,
  ensureVirtualEnvironment,
} from "@/tools/setup/virtual_environment.ts";
import { howToInstall } from "@/tools/setup/advice.ts";
import { fakeCheckout } from "./fake_checkout.ts";

const CURE = `install it, ${await howToInstall("python")}`;

async function withPython(script: string): Promise<void> {
  await using checkout = await fakeCheckout();
  await Deno.writeTextFile(checkout.pythonProgram, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
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
  const context = { ...checkout.context, pythonPrograms: ["no-such-python"] };
  await assert.rejects(ensureVirtualEnvironment(context), {
    message: "Cannot make .venv: Python 3.10 to 3.13 must be installed with its venv module, " +
      `got none; ${CURE}`,
  });
});

Deno.test("ensureVirtualEnvironment() refuses a Python that is too old", async () => {
  await assert.rejects(
    withPython("echo 3.9"),
    /Cannot make \.venv: Python 3\.10 to 3\.13 must be installed .*, got .*python3 3\.9; install it/,
  );
});

Deno.test("ensureVirtualEnvironment() says what to install if venv or pip is missing", async () => {
  await assert.rejects(
    withPython("echo 3.12; echo No module named ensurepip >&2; exit 1"),
    /got .*python3 3\.12 without its venv module; install it/,
  );
});

Deno.test("ensureVirtualEnvironment() takes a tried Python before a newer one", async () => {
  await using checkout = await fakeCheckout();
  const { context, pythonProgram } = checkout;
  const newer = join(pythonProgram, "..", "newer");
  const text = await Deno.readTextFile(pythonProgram);
  await Deno.writeTextFile(newer, text.replaceAll("3.11", "3.14"), { mode: 0o755 });
  const steps: string[] = [];
  const report = ({ step }: SetupProgress) => void steps.push(step);
  for (const pythonPrograms of [[newer, "no-such-python", pythonProgram], [newer]]) {
    await ensureVirtualEnvironment({ ...context, pythonPrograms, report });
    await Deno.remove(checkout.layout.venv, { recursive: true });
  }
  assert.deepEqual(steps, [
    "Install JupyterLab into .venv (48 MB, to run notebooks)",
    "Install JupyterLab into .venv (48 MB, to run notebooks) with Python 3.14, newer than any that " +
    "was tried (3.13)",
  ]);
});

Deno.test("ensureVirtualEnvironment() keeps out the user's settings but for the index", async () => {
  await using checkout = await fakeCheckout();
  const { layout, pythonProgram, context } = checkout;
  const script = await Deno.readTextFile(pythonProgram);
  const settings = "global.user='true'\nglobal.index-url='https://pypi.company/simple'";
  // The fake's environment is closed too, so its text holds the settings.
  const listed = `echo "${settings}" ;;`;
  await Deno.writeTextFile(
    pythonProgram,
    script.replace('echo "${FAKE_PIP_SETTINGS:-}" ;;', listed),
  );
  const foreign = { PIP_USER: "1", PYTHONPATH: "/ros", PYTHONHOME: "/spack", JUPYTER_PATH: "/x" };
  for (const [name, value] of Object.entries(foreign)) Deno.env.set(name, value);
  try {
    await ensureVirtualEnvironment(context);
  } finally {
    for (const name of Object.keys(foreign)) Deno.env.delete(name);
  }
  const seen = await Deno.readTextFile(join(layout.venv, "bin", "pip-environment"));
  assert.deepEqual(seen.match(/^(PIP_|PYTHON|JUPYTER|TMPDIR).*$/gm)?.sort(), [
    "PIP_CONFIG_FILE=/dev/null",
    "PIP_INDEX_URL=https://pypi.company/simple",
    "PYTHONNOUSERSITE=1",
    `TMPDIR=${join(layout.venv, "tmp")}`,
  ]);
});

Deno.test("ensurePeers() installs what the backend needs, within the pinned versions", async () => {
  await using checkout = await fakeCheckout();
  const { peers } = checkout.layout;
  assert.equal(await ensurePeers(checkout.context, "cpu"), join(peers, "bin", "python"));
  await ensurePeers(checkout.context, "cpu");
  const calls = async () =>
    (await Deno.readTextFile(join(peers, "bin", "calls"))).trimEnd().split("\n")
      .filter((call) => !call.includes("config list"));
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
  await Deno.writeTextFile(checkout.pythonProgram, "#!/bin/bash\necho 3.10\n", { mode: 0o755 });
  await assert.rejects(
    ensurePeers(checkout.context, "cpu"),
    /Cannot make \.backend\/peers: Python 3\.11 to 3\.13 must be .*, got .*python3 3\.10; install/,
  );
});

Deno.test("ensureReaders() installs once, and only what has its pinned hash", async () => {
  await using checkout = await fakeCheckout();
  const { readers } = checkout.layout;
  assert.equal(await ensureReaders(checkout.context), join(readers, "bin", "python"));
  await ensureReaders(checkout.context);
  const calls = (await Deno.readTextFile(join(readers, "bin", "calls"))).trimEnd().split("\n")
    .filter((call) => !call.includes("config list"));
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

for (const folder of ["setup", join("bench", "twins")]) {
  Deno.test(`requirements.txt of ${folder} pins every package and names no index`, async () => {
    const path = join(PROJECT.root, "lib", "tools", folder, "requirements.txt");
    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    for (const line of lines) assert.match(line, /^(#.*|[\w.-]+==[\w.]+)$/);
  });
}
