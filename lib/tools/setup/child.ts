/**
 * Runs the programs that set-up needs (python3, pip, g++, nvidia-smi), with errors that say what to
 * install.
 *
 * @module
 */
import { linesOf } from "@/tools/lines.ts";

/** A disk that something needs space on. */
export interface Disk {
  /** A folder on it. */
  readonly folder: string;
  /** How much must be free. */
  readonly gigabytes: number;
}

/** What programs say of a full disk. */
const DISK_FULL = /No space left on device|Disk quota exceeded|\[Errno (28|122)\]/;

/** How to run a program. */
export interface ChildOptions {
  /** Its purpose, e.g. `compile the native binding`; starts the error message. */
  readonly action: string;
  /** What to do if the program is missing or fails. */
  readonly cure: string;
  /** Its whole environment; by default ours. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The disk that it fills. */
  readonly disk?: Disk;
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
  const { action, cure, environment, disk, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn(
    program,
    {
      args: [...args],
      ...(environment && { env: environment, clearEnv: true }),
      signal,
    },
    action,
    cure,
  );
  const errors = new Response(child.stderr).text();
  const lines: string[] = [];
  for await (const line of linesOf(child.stdout)) {
    lines.push(line);
    onLine?.(line);
  }
  const { code } = await child.status;
  signal?.throwIfAborted();
  if (code !== 0) {
    if (DISK_FULL.test(await errors + lines.join("\n"))) throw diskFull(action, disk);
    const last = lastLines(await errors) || lastLines(lines.join("\n")) || "no output";
    throw new Error(
      `Cannot ${action}: ${program} must end with code 0, got ${code} (${last}); ${cure}`,
    );
  }
  await errors;
  return lines.join("\n");
}

function diskFull(action: string, disk: Disk | undefined): Error {
  const { folder, gigabytes } = disk ?? {};
  return new Error(
    folder === undefined
      ? `Cannot ${action}: the disk must have space, got a full one; free some and rerun the command`
      : `Cannot ${action}: the disk of "${folder}" must have ${gigabytes} GB free, got a full one; ` +
        "free some space and rerun the command",
  );
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
