/**
 * Runs the project's own commands, to see what a user sees.
 *
 * @module
 */
import { join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";

/** What a command printed, and how it ended. */
export interface Printed {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly output: string;
  /** The message after `error: `, if there was one. */
  readonly message: string;
  /** All that it wrote to standard error. */
  readonly errors: string;
}

/**
 * Starts `deno task <args>` in a process of its own.
 *
 * @param args The command and its options
 */
export function startCommand(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), commandOf(args)).spawn();
}

/** Gives how `deno` is called for `deno task <args>`, without the task shell. */
export function commandOf(args: readonly string[]): Deno.CommandOptions & { args: string[] } {
  const program = join(PROJECT.root, "lib", "tools", "cli", "main.ts");
  return {
    args: ["run", "--allow-all", "--no-check", program, ...args],
    cwd: PROJECT.root,
    env: { NO_COLOR: "1", TF_CPP_MIN_LOG_LEVEL: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  };
}

/** Waits until a command ends and gives what it printed. */
export async function printedBy(child: Deno.ChildProcess): Promise<Printed> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const errors = decoder.decode(stderr);
  const at = errors.lastIndexOf("error: ");
  return {
    code,
    errors,
    output: decoder.decode(stdout),
    message: at < 0 ? errors.trim() : errors.slice(at + "error: ".length).trim(),
  };
}

/**
 * Gives the options of `deno task train` for a run.
 *
 * @param flags Those of its config
 * @param out Its folder
 */
export function trainArguments(flags: readonly string[], out: string): string[] {
  return ["train", ...flags, "--out", out, "--resume"];
}
