/**
 * Runs notebooks without a browser, on the project's own kernel, keeping every output.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { linesOf } from "@/tools/lines.ts";
import { jupyterEnvironment } from "@/tools/setup/jupyter.ts";
import { KERNEL_NAME, kernelspec } from "@/tools/setup/kernelspec.ts";
import { type Layout, PROJECT } from "@/tools/setup/layout.ts";
import { exists } from "@/tools/setup/prepared.ts";

/** A finished code cell. */
export interface CellReport {
  /** Its number among the code cells that are run, from 1. */
  readonly cell: number;
  /** Number of code cells that are run. */
  readonly of: number;
  /** Duration in seconds. */
  readonly seconds: number;
}

/** How to run a notebook. */
export interface ExecuteOptions {
  /** Values that override those in the cell tagged `parameters`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Cells with this tag are left out, and their outputs removed; none by default. */
  readonly skipTag?: string;
  /** Added to the kernel's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the executed notebook goes; by default it replaces the notebook. */
  readonly out?: string;
  /** Time limit per cell; none by default. */
  readonly timeoutSeconds?: number;
  /** Called as each code cell ends. */
  readonly onCell?: (report: CellReport) => void;
  /** Aborts the run and its kernel. */
  readonly signal?: AbortSignal;
  /** The checkout whose kernel runs it. */
  readonly layout?: Layout;
}

/**
 * Runs a notebook from top to bottom in a fresh kernel and writes it with its outputs, atomically.
 * A cell tagged `expects:image/png` (or another MIME type) must show such an output.
 *
 * @param path The notebook; its folder is the kernel's working directory
 * @throws {Error} If a cell fails, lacks an output or takes too long; then nothing is written
 */
export async function executeNotebook(path: string, options: ExecuteOptions = {}): Promise<void> {
  const { layout = PROJECT, signal } = options;
  await requireRunnable(path, layout);
  signal?.throwIfAborted();
  const child = await startRunner(path, options, layout);
  // The kernel dies with its runner (execute_notebook.py), so nothing is left behind.
  const end = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", end);
  try {
    const words = new Response(child.stderr).text();
    const failure = await follow(child.stdout, options.onCell);
    const { success, code } = await child.status;
    signal?.throwIfAborted();
    if (!success) {
      const reason = failure ?? `the runner must end with code 0, got ${code} (${await words})`;
      throw new Error(`Cannot execute "${basename(path)}": ${reason}`);
    }
    await words;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

async function requireRunnable(path: string, layout: Layout): Promise<void> {
  const action = `Cannot execute "${basename(path)}"`;
  if (!await exists(path)) throw new Error(`${action}: the notebook must exist, got no "${path}"`);
  if (!await exists(layout.python)) {
    throw new Error(`${action}: .venv must hold Jupyter, got no .venv; run \`deno task setup\``);
  }
}

async function startRunner(
  path: string,
  options: ExecuteOptions,
  layout: Layout,
): Promise<Deno.ChildProcess> {
  const { display_name, language } = kernelspec(Deno.execPath());
  const request = {
    notebook: resolve(path),
    out: resolve(options.out ?? path),
    kernel: { display_name, language, name: KERNEL_NAME },
    timeout: options.timeoutSeconds ?? null,
    parameters: options.parameters ?? {},
    skip: options.skipTag ?? null,
  };
  return new Deno.Command(layout.python, {
    args: [join(import.meta.dirname!, "execute_notebook.py"), JSON.stringify(request)],
    env: await jupyterEnvironment(layout, options.env),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Passes on the runner's reports; returns the reason if it fails. */
async function follow(
  stdout: ReadableStream<Uint8Array>,
  onCell: ExecuteOptions["onCell"],
): Promise<string | undefined> {
  for await (const line of linesOf(stdout)) {
    const report = JSON.parse(line);
    if ("error" in report) return report.error;
    onCell?.(report);
  }
}
