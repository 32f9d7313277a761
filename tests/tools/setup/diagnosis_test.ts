import assert from "node:assert/strict";
import { join } from "node:path";
import { writeBackendChoice } from "@/tools/setup/backend_choice.ts";
import { diagnose } from "@/tools/setup/diagnosis.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("diagnose() says how to fix everything that an empty checkout lacks", async () => {
  await using checkout = await fakeCheckout();
  const findings = await diagnose({ layout: checkout.layout });
  for (const topic of ["JupyterLab", "Backend", "TensorFlow"]) {
    assert.equal(findings.find((each) => each.topic === topic)?.cure, "run `deno task setup`");
  }
});

Deno.test("diagnose() looks for CUDA in the GPU backend's wheels and on the system", async () => {
  await using checkout = await fakeCheckout();
  const folder = join(checkout.layout.backends, "gpu");
  await Deno.mkdir(join(folder, "nvidia", "cudnn", "lib"), { recursive: true });
  await Deno.writeTextFile(join(folder, "nvidia", "__init__.py"), "");
  await Deno.writeTextFile(join(folder, "nvidia", "cudnn", "lib", "libcudnn.so.9"), "");
  await writeBackendChoice(checkout.context, { backend: "gpu", reason: "a test", folder });
  const findings = await diagnose({ layout: checkout.layout });
  const cuda = findings.find(({ topic }) => topic === "CUDA")!;
  assert.ok(!cuda.state.includes("libcudnn.so.9"), cuda.state);
});

Deno.test("diagnose() finds nothing missing after set-up", async () => {
  const findings = await diagnose();
  assert.deepEqual(findings.filter(({ cure }) => cure !== undefined), []);
  const tensorflow = findings.find(({ topic }) => topic === "TensorFlow");
  assert.match(tensorflow!.state, /^libtensorflow 2\.21\.0, tfjs 4\.22\.0, runs on the /);
});

Deno.test("diagnose() says whether oneDNN is on, and how to turn it on", async () => {
  await using checkout = await fakeCheckout();
  const { layout } = checkout;
  const find = async (oneDnn?: string) =>
    (await diagnose({ layout, oneDnn })).find(({ topic }) => topic === "oneDNN")!;
  assert.deepEqual(await find("1"), { topic: "oneDNN", state: "on (TF_ENABLE_ONEDNN_OPTS=1)" });
  assert.deepEqual(await find(), { topic: "oneDNN", state: "left to TensorFlow" });
  const off = await find("0");
  assert.match(off.state, /^off \(TF_ENABLE_ONEDNN_OPTS=0\)/);
  assert.equal(off.cure, "unset TF_ENABLE_ONEDNN_OPTS");
});
