import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "./run_cli.ts";

async function testOf(code: string) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "some_test.ts");
    await Deno.writeTextFile(path, code);
    const { code: exitCode, stdout } = await runCli(["test", path]);
    return { exitCode, lastLine: stdout.trimEnd().split("\n").at(-1) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("test ends with the numbers of passed and failed tests, and deno's exit code", async () => {
  const passing = `Deno.test("a", () => {}); Deno.test("b", () => {});`;
  assert.deepEqual(await testOf(passing), { exitCode: 0, lastLine: "2 passed, 0 failed" });
  const failing = passing + `Deno.test("c", () => { throw new Error("no"); });`;
  assert.deepEqual(await testOf(failing), { exitCode: 1, lastLine: "2 passed, 1 failed" });
});

Deno.test("test counts tests that do not type-check as a failure", async () => {
  const wrong = `const a: string = 1; Deno.test("a", () => {});`;
  assert.deepEqual(await testOf(wrong), { exitCode: 1, lastLine: "0 passed, 1 failed" });
});
