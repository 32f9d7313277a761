import { PROJECT } from "@/tools/setup/layout.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { readBackendChoice } from "@/tools/setup/backend_choice.ts";
import { exists } from "@/tools/setup/prepared.ts";
import { setUp, type SetupOptions } from "@/tools/setup/set_up.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("setUp() makes everything the first time and runs no program the second time", async () => {
  await using checkout = await fakeCheckout();
  const { layout, options } = checkout;
  const choice = await setUp(options);
  assert.deepEqual(choice, {
    backend: "cpu",
    reason: "you chose --backend cpu",
    folder: join(layout.backends, "cpu-2.21.0"),
  });
  assert.equal(await exists(join(layout.tfjs, "lib/napi-v8/tfjs_binding.node")), true);
  assert.equal(await exists(join(layout.tfjs, "deps/lib/libtensorflow_cc.so.2")), true);
  assert.equal(await exists(join(layout.venv, "share/jupyter/kernels")), true);
  const calls = await checkout.calls();
  assert.deepEqual(await setUp({ ...options, backend: undefined }), choice);
  assert.deepEqual(await checkout.calls(), calls);
});

Deno.test("setUp() changes the backend without compiling again", async () => {
  await using checkout = await fakeCheckout();
  await setUp({ ...checkout.options, backend: "cpu" });
  await setUp({ ...checkout.options, backend: "gpu" });
  assert.equal((await readBackendChoice(checkout.layout))?.backend, "gpu");
  const compiled = (await checkout.calls()).filter((call) => call.startsWith("compiler -O2"));
  assert.equal(compiled.length, 1);
});

Deno.test("setUp() uses libtensorflow from a given folder and downloads nothing", async () => {
  await using checkout = await fakeCheckout();
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "lib"));
  for (
    const name of [
      "lib/libtensorflow_cc.so.2",
      "lib/libtensorflow_framework.so.2",
      "tfjs_binding.node",
    ]
  ) {
    await Deno.writeTextFile(join(folder, name), "");
  }
  await setUp({ ...checkout.options, tensorflowFolder: folder });
  assert.deepEqual(await checkout.calls(), []);
  assert.equal(await exists(checkout.layout.venv), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("setUp() asks for a compiler before downloading anything", async () => {
  await using checkout = await fakeCheckout();
  const options = { ...checkout.options, compilerProgram: "no-such-compiler" };
  await assert.rejects(
    setUp(options),
    /no-such-compiler must be installed, .*install a C\+\+17 compiler, /,
  );
  assert.deepEqual(await checkout.calls(), []);
});

Deno.test("setUp() asks for missing npm packages", async () => {
  await using checkout = await fakeCheckout();
  await Deno.remove(checkout.layout.nodeHeaders, { recursive: true });
  await assert.rejects(setUp(checkout.options), /npm packages must be installed, .*`deno install`/);
});

/** Runs set-up in its own process, which can be killed. */
function startSetUp(options: SetupOptions, sleep: string): Deno.ChildProcess {
  const script = `import { setUp } from "@/tools/setup/set_up.ts";
    await setUp({ ...${
    JSON.stringify(options)
  }, report: ({ total }) => total && console.log("x") });`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: PROJECT.root,
    env: { FAKE_SLEEP: sleep },
    stdout: "piped",
  }).spawn();
}

Deno.test("setUp() recovers from being killed during a download", async () => {
  await using checkout = await fakeCheckout();
  const killed = startSetUp(checkout.options, "3");
  await killed.stdout[Symbol.asyncIterator]().next(); // The download has begun.
  killed.kill("SIGKILL");
  await killed.status;
  assert.equal(await exists(join(checkout.layout.backends, "cpu-2.21.0.partial", "wheel")), true);
  assert.equal(await exists(join(checkout.layout.backends, "cpu-2.21.0")), false);
  const { folder } = await setUp(checkout.options);
  assert.equal(await exists(join(folder, "lib", "libtensorflow_cc.so.2")), true);
  assert.equal(await exists(join(folder, "wheel")), false);
});

Deno.test("setUp() writes nothing where all is made", async () => {
  await using checkout = await fakeCheckout();
  const choice = await setUp(checkout.options);
  await Deno.remove(join(checkout.layout.backends, "lock"));
  const options = { ...checkout.options, backend: undefined };
  assert.deepEqual(await setUp(options), choice);
  assert.equal(await exists(join(checkout.layout.backends, "lock")), false);
});

Deno.test("setUp() says who may make what is missing if it may not", async () => {
  await using checkout = await fakeCheckout();
  await Deno.writeTextFile(checkout.layout.backends, "no folder");
  await assert.rejects(setUp(checkout.options), {
    message: `Cannot set up what is missing: "${checkout.layout.backends}" must be writable, ` +
      "got EEXIST; run `deno task setup` as the user who owns it, or use a clone of your own",
  });
});

Deno.test("setUp() mends an environment that lost its programs", async () => {
  await using checkout = await fakeCheckout();
  await setUp(checkout.options);
  const program = join(checkout.layout.venv, "bin", "jupyter-lab");
  await Deno.remove(program);
  const library = join(checkout.layout.backends, "cpu-2.21.0", "lib", "libtensorflow_cc.so.2");
  await Deno.remove(library);
  await setUp(checkout.options);
  for (const path of [program, library]) assert.equal(await exists(path), true);
});

Deno.test("setUp() waits for another set-up of the same checkout", async () => {
  await using checkout = await fakeCheckout();
  const first = startSetUp(checkout.options, "0.5");
  await first.stdout[Symbol.asyncIterator]().next();
  const steps: string[] = [];
  await setUp({ ...checkout.options, report: ({ step }) => steps.push(step) });
  assert.deepEqual(steps, ["Wait for another set-up to finish"]);
  assert.equal((await first.status).code, 0);
});
