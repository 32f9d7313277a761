import { PROJECT } from "@/tools/setup/layout.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { SetupProgress } from "@/tools/setup/context.ts";
import { ensureLibtensorflow, requireLibtensorflow } from "@/tools/setup/libtensorflow.ts";
import { exists } from "@/tools/setup/prepared.ts";
import { ensureVirtualEnvironment } from "@/tools/setup/virtual_environment.ts";
import { fakeCheckout } from "./fake_checkout.ts";

/** Makes a wheel whose files contain their own names. */
const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name in sys.argv[2:]:
        wheel.writestr(name, name)
`;

const EXTRACT = join(PROJECT.root, "lib", "tools", "setup", "extract_wheel.py");

async function extract(folder: string, names: string[]): Promise<Deno.CommandOutput> {
  const wheel = join(folder, "a.whl");
  await new Deno.Command("python3", { args: ["-c", MAKE_WHEEL, wheel, ...names] }).output();
  return await new Deno.Command("python3", { args: [EXTRACT, wheel, folder] }).output();
}

const LIBRARIES = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
];

Deno.test("extract_wheel.py extracts only the two libraries and the binding's headers", async () => {
  const folder = await Deno.makeTempDir();
  await extract(folder, [
    ...LIBRARIES,
    "tensorflow/include/tensorflow/c/eager/c_api.h",
    "tensorflow/include/tensorflow/compiler/other.h",
    "tensorflow/python/many.py",
  ]);
  assert.equal(
    await Deno.readTextFile(join(folder, "include/tensorflow/c/eager/c_api.h")),
    "tensorflow/include/tensorflow/c/eager/c_api.h",
  );
  assert.equal(await exists(join(folder, "lib/libtensorflow_cc.so.2")), true);
  assert.equal(await exists(join(folder, "include/tensorflow/compiler")), false);
  assert.equal(await exists(join(folder, "python")), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("extract_wheel.py fails on a wheel without the libraries", async () => {
  const folder = await Deno.makeTempDir();
  const { code, stderr } = await extract(folder, [LIBRARIES[0]!]);
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /lacks libtensorflow_framework\.so\.2/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("ensureLibtensorflow() downloads and extracts once, then deletes the wheel", async () => {
  await using checkout = await fakeCheckout();
  const reports: SetupProgress[] = [];
  const context = { ...checkout.context, report: (each: SetupProgress) => reports.push(each) };
  await ensureVirtualEnvironment(context);
  const folder = await ensureLibtensorflow(context, "cpu", "x86_64");
  assert.equal(await ensureLibtensorflow(context, "cpu", "x86_64"), folder);
  const downloads = (await checkout.calls()).filter((call) => call.includes("pip download"));
  assert.equal(downloads.length, 1);
  assert.match(downloads[0]!, / tensorflow-cpu==2\.21\.0 /);
  assert.equal(await exists(join(folder, "wheel")), false);
  const step = "Download tensorflow-cpu==2.21.0";
  assert.deepEqual(reports.slice(-3), [
    { step },
    { step, done: 5, total: 10 },
    { step: "Extract libtensorflow" },
  ]);
});

Deno.test("ensureLibtensorflow() puts CUDA beside the GPU's libraries", async () => {
  await using checkout = await fakeCheckout();
  await ensureVirtualEnvironment(checkout.context);
  await ensureLibtensorflow(checkout.context, "gpu", "x86_64");
  const calls = await checkout.calls();
  assert.match(calls.find((call) => call.includes("pip download"))!, / tensorflow==2\.21\.0 /);
  assert.match(calls.at(-1)!, /pip install .*--target=.*gpu-2\.21\.0\.partial .*cuda_requirements/);
});

Deno.test("ensureLibtensorflow() refuses a GPU on ARM", async () => {
  await using checkout = await fakeCheckout();
  await assert.rejects(ensureLibtensorflow(checkout.context, "gpu", "aarch64"), {
    message: "Cannot set up the gpu backend: the CPU must be x86_64, got aarch64; " +
      "run `deno task setup --backend cpu`",
  });
});

Deno.test("requireLibtensorflow() names the missing file", async () => {
  await assert.rejects(requireLibtensorflow("/nowhere"), {
    message: 'Cannot use SHAPES_TENSORFLOW_DIR: "/nowhere" must hold lib/libtensorflow_cc.so.2, ' +
      "got no such file; unset the variable to download it",
  });
});
