import assert from "node:assert/strict";
import { relative } from "node:path";
import { ensureKernelspec, KERNEL_NAME } from "@/tools/setup/kernelspec.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("ensureKernelspec() writes a kernel visible only in .venv, run by this Deno", async () => {
  await using checkout = await fakeCheckout();
  const path = await ensureKernelspec(checkout.layout, "/somewhere/deno", { FOR_A_CARD: "yes" });
  assert.equal(
    relative(checkout.layout.venv, path),
    `share/jupyter/kernels/${KERNEL_NAME}/kernel.json`,
  );
  const spec = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(spec.argv, [
    "/bin/sh",
    "-c",
    'trap "" INT; exec "$0" "$@"',
    "/somewhere/deno",
    "jupyter",
    "--kernel",
    "--conn",
    "{connection_file}",
  ]);
  assert.equal(spec.display_name, "Deno (3D shapes)");
  assert.equal(spec.interrupt_mode, "signal");
  assert.equal(spec.env.FOR_A_CARD, "yes");
  assert.equal(spec.env.NO_COLOR, "1");
  assert.equal(spec.env.MALLOC_TOP_PAD_, "67108864");
});

Deno.test("ensureKernelspec() follows Deno if npx has moved it", async () => {
  await using checkout = await fakeCheckout();
  await ensureKernelspec(checkout.layout, "/old/deno");
  const path = await ensureKernelspec(checkout.layout, "/new/deno");
  assert.equal(JSON.parse(await Deno.readTextFile(path)).argv[3], "/new/deno");
});
