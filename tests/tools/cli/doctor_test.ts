import assert from "node:assert/strict";
import { runCli } from "./run_cli.ts";

Deno.test("doctor reports what is installed, and which backend is used and why", async () => {
  const { code, stdout, stderr } = await runCli(["doctor"], { TF_ENABLE_ONEDNN_OPTS: "1" });
  assert.equal(code, 0);
  assert.match(stdout, /\noneDNN +on \(TF_ENABLE_ONEDNN_OPTS=1\)\n/);
  assert.match(stdout, /^System +linux /);
  assert.match(stdout, /\nBackend +[cg]pu, because /);
  assert.match(stdout, /\nTensorFlow +libtensorflow 2\.21\.0, /);
  // libtensorflow's greetings stay out of the terminal.
  assert.equal(stderr, "Check the machine ...\n");
});

Deno.test("doctor says that oneDNN is off where it is, and how to turn it on", async () => {
  const { code, stdout } = await runCli(["doctor"], { TF_ENABLE_ONEDNN_OPTS: "0" });
  assert.equal(code, 1);
  assert.match(stdout, /\noneDNN +off \(TF_ENABLE_ONEDNN_OPTS=0\)/);
  assert.match(stdout, /cure: unset TF_ENABLE_ONEDNN_OPTS\n/);
});
