import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureBinding, linkLibraries, requireCompiler } from "@/tools/setup/binding.ts";
import { howToInstall } from "@/tools/setup/advice.ts";
import { type FakeCheckout, fakeCheckout } from "./fake_checkout.ts";

const bindingOf = (tfjs: string) => join(tfjs, "lib", "napi-v8", "tfjs_binding.node");

/** Makes a folder with headers. */
async function libtensorflowOf({ layout }: FakeCheckout): Promise<string> {
  await Deno.mkdir(join(layout.backends, "some", "include"), { recursive: true });
  return join(layout.backends, "some");
}

Deno.test("ensureBinding() compiles once, and again when a source changes", async () => {
  await using checkout = await fakeCheckout();
  const { context, layout } = checkout;
  await ensureBinding(context, await libtensorflowOf(checkout));
  await ensureBinding(context, await libtensorflowOf(checkout));
  assert.equal((await checkout.calls()).length, 1);
  assert.equal(await Deno.readTextFile(bindingOf(layout.tfjs)), "binding\n");
  await Deno.writeTextFile(join(layout.tfjs, "binding", "tfjs_backend.cc"), "int b;");
  await ensureBinding(context, await libtensorflowOf(checkout));
  assert.equal((await checkout.calls()).length, 2);
});

Deno.test("ensureBinding() compiles both sources against the given headers and libraries", async () => {
  await using checkout = await fakeCheckout();
  await ensureBinding(checkout.context, await libtensorflowOf(checkout));
  const [call] = await checkout.calls();
  for (
    const part of [
      "/tfjs_backend.cc",
      "/tfjs_binding.cc",
      "/some/include",
      "/some/lib",
      "$ORIGIN/../../deps/lib",
    ]
  ) {
    assert.ok(call!.includes(part), part);
  }
});

Deno.test("ensureBinding() copies a prebuilt binding without a compiler", async () => {
  await using checkout = await fakeCheckout();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "tfjs_binding.node"), "ready");
  await ensureBinding({ ...checkout.context, compilerProgram: "no-such-compiler" }, folder);
  assert.equal(await Deno.readTextFile(bindingOf(checkout.layout.tfjs)), "ready");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("ensureBinding() says what a folder without headers lacks", async () => {
  await using checkout = await fakeCheckout();
  await assert.rejects(ensureBinding(checkout.context, "/nowhere"), {
    message: 'Cannot compile the native binding: "/nowhere" must hold include/ or ' +
      "tfjs_binding.node, got neither; copy one of them from a machine that has run set-up",
  });
});

Deno.test("requireCompiler() says what to install, unless the binding exists", async () => {
  await using checkout = await fakeCheckout();
  const without = { ...checkout.context, compilerProgram: join(checkout.layout.root, "g++") };
  await assert.rejects(requireCompiler(without), {
    message: `Cannot compile the native binding: ${without.compilerProgram} must be installed, ` +
      `got no such program; install a C++17 compiler, ${await howToInstall("compiler")}`,
  });
  await ensureBinding(checkout.context, await libtensorflowOf(checkout));
  await requireCompiler(without);
});

Deno.test("linkLibraries() follows the backend, by a path that survives moving the checkout", async () => {
  await using checkout = await fakeCheckout();
  const { context, layout } = checkout;
  for (const backend of ["cpu", "gpu"]) {
    const libraries = join(layout.backends, backend, "lib");
    await Deno.mkdir(libraries, { recursive: true });
    await linkLibraries(context, libraries);
    const link = join(layout.tfjs, "deps", "lib");
    assert.equal(await Deno.realPath(link), await Deno.realPath(libraries));
    assert.ok((await Deno.readLink(link)).startsWith("../"));
  }
});
