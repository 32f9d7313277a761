import assert from "node:assert/strict";
import { join } from "node:path";
import { createProgram } from "@/tools/cli/program.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { runCli } from "./run_cli.ts";

const NAMES = createProgram().commands.map((command) => command.name());

Deno.test("createProgram() gives every command a description and a help page", () => {
  for (const command of createProgram().commands) {
    assert.ok(command.description().length > 10, command.name());
    assert.match(command.helpInformation(), new RegExp(`^Usage: deno task ${command.name()} `));
  }
});

Deno.test("deno.json has a described task for every command", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT.root, "deno.json")));
  for (const name of NAMES) {
    assert.match(
      tasks[name].command,
      new RegExp(`deno run --allow-all lib/tools/cli/main\\.ts ${name}$`),
    );
    assert.ok(tasks[name].description.length > 10, name);
  }
});

Deno.test("main() prints help and exits with 0", async () => {
  for (const args of [["--help"], ["setup", "--help"]]) {
    const { code, stdout, stderr } = await runCli(args);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^Usage: deno task /);
  }
});

Deno.test("main() exits with 2 and one line on an unknown word", async () => {
  const misuses: [string[], RegExp][] = [
    [["fly"], /^error: unknown command 'fly'\n/],
    [
      ["setup", "--bakend", "cpu"],
      /^error: unknown option '--bakend'\n\(Did you mean --backend\?\)\n$/,
    ],
    [
      ["setup", "--backend", "tpu"],
      /^error: .* 'tpu' is invalid\. Allowed choices are auto, cpu, gpu\.\n$/,
    ],
    [
      ["lab", "--port", "x"],
      /^error: .* 'x' is invalid\. It must be an integer from 1 to 65535\.\n$/,
    ],
  ];
  for (const [args, message] of misuses) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
  }
});

Deno.test("main() exits with 1 and one line on a failure, and a stack trace if asked", async () => {
  const env = { SHAPES_TENSORFLOW_DIR: "/nowhere" };
  const { code, stderr } = await runCli(["setup"], env);
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot use SHAPES_TENSORFLOW_DIR: .*\n$/);
  const verbose = await runCli(["setup", "--verbose"], env);
  assert.match(verbose.stderr, /\n {4}at /);
});
