/**
 * `deno task test`
 *
 * @module
 */
import type { Command } from "commander";
import { passTerminationTo } from "@/engine/stop_signals.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { RUNTIME_ENVIRONMENT } from "@/tools/setup/runtime_environment.ts";
import { prepare } from "./prepare.ts";
import { action } from "./session.ts";
import { closingLine, parseTestSummary } from "./test_summary.ts";

/** All tests; one of them runs the examples in the library's docs. */
const EVERYTHING = ["tests"];

/** Adds `deno task test` to the program. */
export function addTest(program: Command): void {
  program.command("test")
    .description("run the tests")
    .argument("[paths...]", `files and folders (default: ${EVERYTHING.join(" ")})`)
    .option("--filter <text>", "run only tests whose name contains the text or matches /pattern/")
    .action(action("test", async (session, paths: string[], options: { filter?: string }) => {
      await prepare(session);
      const args = ["test", "--allow-all"];
      if (options.filter !== undefined) args.push(`--filter=${options.filter}`);
      const { exitCode, output } = await runTests([
        ...args,
        ...(paths.length > 0 ? paths : EVERYTHING),
      ]);
      return { exitCode, closingLine: closingLine(parseTestSummary(output), exitCode) };
    }));
}

/** Runs Deno, passing on its output as it arrives and collecting it. */
async function runTests(args: string[]): Promise<{ exitCode: number; output: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT.root,
    env: RUNTIME_ENVIRONMENT,
    stdout: "piped",
  }).spawn();
  using _ = passTerminationTo(child);
  const decoder = new TextDecoder();
  let output = "";
  for await (const bytes of child.stdout) {
    await writeAll(bytes);
    output += decoder.decode(bytes, { stream: true });
  }
  const { code } = await child.status;
  return { exitCode: code, output };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
