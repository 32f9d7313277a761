import assert from "node:assert/strict";
import { join } from "node:path";
import { jupyterEnvironment, jupyterFolders } from "@/tools/setup/jupyter.ts";
import { copyKernelspec, ensureKernelspec } from "@/tools/setup/kernelspec.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("jupyterFolders() keeps all of Jupyter's folders inside .venv", async () => {
  await using checkout = await fakeCheckout();
  for (const folder of Object.values(jupyterFolders(checkout.layout))) {
    assert.ok(folder.startsWith(join(checkout.layout.venv, "/")), folder);
    assert.ok(!folder.includes(":"), folder);
  }
});

Deno.test("jupyterFolders() puts another user's folder before .venv's", async () => {
  await using checkout = await fakeCheckout();
  const { layout } = checkout;
  const { JUPYTER_PATH, ...own } = jupyterFolders(layout, "/guests/x");
  assert.equal(JUPYTER_PATH, `/guests/x/share/jupyter:${join(layout.venv, "share/jupyter")}`);
  for (const folder of Object.values(own)) assert.ok(folder.startsWith("/guests/x/"), folder);
});

Deno.test("jupyterEnvironment() adds variables for the kernel and drops the user's", async () => {
  await using checkout = await fakeCheckout();
  await Deno.mkdir(checkout.layout.venv);
  Deno.env.set("JUPYTER_CONFIG_PATH", "/elsewhere");
  try {
    const environment = await jupyterEnvironment(checkout.layout, { SHAPES_DATA: "mnist" });
    assert.equal(environment.SHAPES_DATA, "mnist");
    assert.equal(environment.JUPYTER_CONFIG_PATH, undefined);
    assert.equal(environment.PATH, Deno.env.get("PATH"));
    assert.equal(environment.PYTHONNOUSERSITE, "1");
  } finally {
    Deno.env.delete("JUPYTER_CONFIG_PATH");
  }
});

Deno.test("copyKernelspec() keeps the backend's variables and takes the user's Deno", async () => {
  await using checkout = await fakeCheckout();
  const { layout } = checkout;
  await ensureKernelspec(layout, "/owner/deno", { FOR_A_GPU: "yes" });
  const home = join(layout.root, "home");
  await copyKernelspec(layout, home, "/guests/deno");
  const path = join(home, "share/jupyter/kernels/deno-3d-shapes/kernel.json");
  const { argv, env } = JSON.parse(await Deno.readTextFile(path));
  assert.ok(argv.includes("/guests/deno") && !argv.includes("/owner/deno"), argv.join(" "));
  assert.equal(env.FOR_A_GPU, "yes");
});
