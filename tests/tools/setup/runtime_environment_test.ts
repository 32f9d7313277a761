import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";
import { backendEnvironment, RUNTIME_ENVIRONMENT } from "@/tools/setup/runtime_environment.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("RUNTIME_ENVIRONMENT matches deno.json for every task that trains", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT.root, "deno.json")));
  const prefix = Object.entries(RUNTIME_ENVIRONMENT).map(([name, value]) => `${name}=${value} `);
  for (const name of ["reproduce", "train", "render", "bench"]) {
    assert.equal(
      tasks[name].command,
      `${prefix.join("")}deno run --allow-all lib/tools/cli/main.ts ${name}`,
    );
  }
});

/** oneDNN was measured only on x86-64. */
const ONEDNN = Deno.build.arch === "x86_64" ? { TF_ENABLE_ONEDNN_OPTS: "1" } : {};

Deno.test("backendEnvironment() turns on oneDNN for the CPU", async () => {
  await using checkout = await fakeCheckout();
  const choice = { backend: "cpu", reason: "a test", folder: checkout.layout.backends } as const;
  assert.deepEqual(await backendEnvironment(checkout.layout, choice), ONEDNN);
});

Deno.test("backendEnvironment() turns on XLA for a GPU, with a cache and CUDA's compiler", async () => {
  await using checkout = await fakeCheckout();
  const { layout } = checkout;
  const folder = join(layout.backends, "gpu");
  const choice = { backend: "gpu", reason: "a test", folder } as const;
  const flags = "--xla_gpu_force_conv_nhwc=true --xla_gpu_experimental_aot_compiled_thunks=true";
  const without = await backendEnvironment(layout, choice);
  const cache = without.TF_XLA_FLAGS!.replace("--tf_xla_persistent_cache_directory=", "");
  assert.deepEqual(without, {
    ...ONEDNN,
    TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${cache}`,
    CUDA_VISIBLE_DEVICES: "0",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    XLA_FLAGS: flags,
    TF_CUDNN_USE_AUTOTUNE: "0",
    TF_SYNC_ON_FINISH: "0",
  });
  const several = await backendEnvironment(layout, choice, 4);
  assert.deepEqual(several, { ...without, CUDA_VISIBLE_DEVICES: "0,1,2,3" });
  assert.ok((await Deno.stat(cache)).isDirectory);
  assert.equal(dirname(cache), layout.backends);
  const cuda = join(folder, "nvidia", "cuda_nvcc");
  await Deno.mkdir(cuda, { recursive: true });
  const withCompiler = await backendEnvironment(layout, choice);
  assert.equal(withCompiler.XLA_FLAGS, `${flags} --xla_gpu_cuda_data_dir=${cuda}`);
  // Different flags must not share compiled programs.
  assert.notEqual(withCompiler.TF_XLA_FLAGS, without.TF_XLA_FLAGS);
  assert.deepEqual(await backendEnvironment(layout, choice), withCompiler);
});
