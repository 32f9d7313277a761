import assert from "node:assert/strict";
import { join } from "node:path";
import { writeBackendChoice } from "@/tools/setup/backend_choice.ts";
import { howToInstall } from "@/tools/setup/advice.ts";
import { diagnose, type DiagnoseOptions, type Finding } from "@/tools/setup/diagnosis.ts";
import { setUp } from "@/tools/setup/set_up.ts";
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

/** Finds one topic in a checkout where nothing is set up. */
async function findIn(topic: string, options: DiagnoseOptions): Promise<Finding> {
  await using checkout = await fakeCheckout();
  const findings = await diagnose({ layout: checkout.layout, ...options });
  return findings.find((each) => each.topic === topic)!;
}

Deno.test("diagnose() says what to install for a missing compiler or Python", async () => {
  const compiler = await findIn("Compiler", { compiler: "no-such-compiler" });
  assert.match(compiler.state, /^missing \(Cannot run no-such-compiler: .*got no such program\)$/);
  assert.equal(compiler.cure, await howToInstall("compiler"));
  const python = await findIn("Python", { pythons: ["no-such-python"] });
  assert.match(python.state, /Python 3\.10 to 3\.13 must be installed .*, got none$/);
  assert.equal(python.cure, `install it, ${await howToInstall("python")}`);
});

Deno.test("diagnose() asks for neither once all is made", async () => {
  await using checkout = await fakeCheckout();
  const { layout, options } = checkout;
  await setUp(options);
  const compiler = join(layout.root, "g++"); // of the name in the stamp, and not there
  const findings = await diagnose({ layout, compiler, pythons: ["no-such-python"] });
  for (const topic of ["Compiler", "Python", "Backend"]) {
    assert.equal(findings.find((each) => each.topic === topic)!.cure, undefined, topic);
  }
});

Deno.test("diagnose() finds a backend that is incomplete, and set-up mends it", async () => {
  await using checkout = await fakeCheckout();
  const { layout, options } = checkout;
  const { folder } = await setUp(options);
  const find = async () => (await diagnose({ layout })).find(({ topic }) => topic === "Backend")!;
  await Deno.remove(join(folder, "stamp.json"));
  assert.match((await find()).state, /, but ".*cpu-2\.21\.0" is incomplete$/);
  assert.equal((await find()).cure, "run `deno task setup`");
  await setUp(options);
  assert.equal((await find()).cure, undefined);
});

Deno.test("diagnose() names a CPU without AVX", async () => {
  if (Deno.build.arch !== "x86_64") return;
  const { state, cure } = await findIn("CPU", { cpus: "flags\t: fpu sse\n" });
  assert.match(state, /the CPU must have AVX, got one of an unknown name, which lacks it$/);
  assert.match(cure!, /^use another machine/);
});
