import assert from "node:assert/strict";
import { join } from "node:path";
import {
  chooseBackend,
  readBackendChoice,
  writeBackendChoice,
} from "@/tools/setup/backend_choice.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("chooseBackend() picks the GPU if a driver is found", async () => {
  const driver = () => Promise.resolve({ found: true, text: "NVIDIA H200, 580.1, 9.0" });
  assert.deepEqual(await chooseBackend("auto", driver), {
    backend: "gpu",
    reason: "an NVIDIA driver was found: NVIDIA H200, 580.1, 9.0",
  });
});

Deno.test("chooseBackend() picks the CPU otherwise, and says why", async () => {
  const driver = () => Promise.resolve({ found: false, text: "nvidia-smi is not installed" });
  assert.deepEqual(await chooseBackend("auto", driver), {
    backend: "cpu",
    reason: "no NVIDIA driver was found: nvidia-smi is not installed",
  });
});

Deno.test("chooseBackend() follows the user's choice without querying the driver", async () => {
  const driver = () => Promise.reject(new Error("asked"));
  assert.equal((await chooseBackend("gpu", driver)).backend, "gpu");
});

Deno.test("readBackendChoice() returns what was written, and nothing before", async () => {
  await using checkout = await fakeCheckout();
  const { layout, context } = checkout;
  assert.equal(await readBackendChoice(layout), undefined);
  await Deno.mkdir(layout.backends);
  const choice = { backend: "cpu", reason: "a test", folder: "somewhere" } as const;
  await writeBackendChoice(context, choice);
  assert.deepEqual(await readBackendChoice(layout), choice);
  // As a power cut may leave it.
  await Deno.writeTextFile(join(layout.backends, "choice.json"), "");
  assert.equal(await readBackendChoice(layout), undefined);
});
