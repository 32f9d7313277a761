/**
 * Runs the programs that set-up needs (python3, pip, g++, nvidia-smi), with errors that say what to
 * install.
 *
 * @module
 */
import { linesOf } from "@/tools/lines.ts";

/** How to run a program. */
export interface ChildOptions {
  /** Its purpose, e.g. `compile the native binding`; starts the error message. */
  readonly action: string;
  /** What to do if the program is missing or fails. */
  readonly cure: string;
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills it when aborted. */
  readonly signal?: AbortSignal;
  /** Called with each line of standard output as it arrives. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to completion.
 *
 * @returns Its standard output
 * @throws {Error} If it is not installed, or exits with a code other than 0
 */
export async function runChild(
  program: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<string> {
  const { action, cure, env, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn(program, { args: [...args], env, signal }, action, cure);
  const errors = new Response(child.stderr).text();
  const lines: string[] = [];
  for await (const line of linesOf(child.stdout)) {
    lines.push(line);
    onLine?.(line);
  }
  const { code } = await child.status;
  signal?.throwIfAborted();
  if (code !== 0) {
    const last = lastLines(await errors) || lastLines(lines.join("\n")) || "no output";
    throw new Error(
      `Cannot ${action}: ${program} must end with code 0, got ${code} (${last}); ${cure}`,
    );
  }
  await errors;
  return lines.join("\n");
}

function spawn(
  program: string,
  options: Deno.CommandOptions,
  action: string,
  cure: string,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      ...options,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot ${action}: ${program} must be installed, got no such program; ${cure}`);
  }
}

/** Compilers and pip print the reason last. */
function lastLines(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const errors = lines.filter((line) => /error/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(" | ").slice(-400);
}
