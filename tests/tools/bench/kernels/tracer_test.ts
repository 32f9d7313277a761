import assert from "node:assert/strict";
import { join } from "node:path";
import { cudaRoots, parseTrace, startTracer } from "@/tools/bench/kernels/tracer.ts";
import { withFolder } from "../../../data/fixtures.ts";

Deno.test("parseTrace() sorts by start", () => {
  assert.deepEqual(parseTrace("20\t5\tb<int, 2>\n10\t3\ta\n"), [
    { start: 10, duration: 3, name: "a" },
    { start: 20, duration: 5, name: "b<int, 2>" },
  ]);
});

Deno.test("startTracer() says what to install where CUPTI is missing", () =>
  withFolder(async (folder) => {
    await assert.rejects(startTracer(folder, [folder]), {
      message:
        `Cannot trace the GPU: CUPTI must be installed, got no include/cupti.h in ${folder}, ` +
        `${folder}/extras/CUPTI; install CUDA's toolkit, or pip install nvidia-cuda-cupti ` +
        `nvidia-cuda-runtime`,
    });
  }));

Deno.test("cudaRoots() puts what the user names first, and knows the backend's wheels", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "nvidia", "cuda_cupti"), { recursive: true });
    const roots = await cudaRoots(["my-cuda"], folder);
    assert.equal(roots[0], "my-cuda");
    assert.ok(roots.includes(join(folder, "nvidia", "cuda_cupti")));
  }));
