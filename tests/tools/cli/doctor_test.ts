import assert from "node:assert/strict";
import { runCli } from "./run_cli.ts";

Deno.test("doctor reports what is installed, and which backend is used and why", async () => {
  const { code, stdout, stderr } = await runCli(["doctor"]);
  assert.equal(code, 0);
  assert.match(stdout, /^System +linux /);
  assert.match(stdout, /\nBackend +[cg]pu, because /);
  assert.match(stdout, /\nTensorFlow +libtensorflow 2\.21\.0, /);
  // libtensorflow's greetings stay out of the terminal.
  assert.equal(stderr, "Check the machine ...\n");
});
