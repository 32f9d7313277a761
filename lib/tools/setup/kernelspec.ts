/**
 * The project's own Jupyter kernel: the Deno that runs set-up, visible only through `.venv`. The
 * user's kernels are not touched.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import type { Layout } from "./layout.ts";
import { readTextIfThere } from "./prepared.ts";
import { RUNTIME_ENVIRONMENT } from "./runtime_environment.ts";
import { isRefused } from "./user_folder.ts";

/** The kernel's name, as notebooks record it. */
export const KERNEL_NAME = "deno-3d-shapes";

/** What `kernel.json` holds. */
export interface Kernelspec {
  /** The command that starts the kernel. */
  readonly argv: readonly string[];
  /** What JupyterLab calls it. */
  readonly display_name: string;
  /** The language of its cells. */
  readonly language: string;
  /** How the stop button interrupts it. */
  readonly interrupt_mode: string;
  /** Added to its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What starts the kernel: it then ignores the stop button (SIGINT) until a notebook listens to it, which
 * by default would end it with all variables. Ignored signals stay ignored across `exec`.
 */
const KEPT_AT_STOP = ["/bin/sh", "-c", 'trap "" INT; exec "$0" "$@"'];

/**
 * Makes the kernelspec.
 *
 * @param deno Path of the Deno executable
 * @param environment Variables for the backend, besides those of every process
 */
export function kernelspec(
  deno: string,
  environment: Readonly<Record<string, string>> = {},
): Kernelspec {
  return {
    argv: [...KEPT_AT_STOP, deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno (3D shapes)",
    language: "typescript",
    // An interrupt by message hangs a cell that awaits; the notebooks handle the signal instead.
    interrupt_mode: "signal",
    env: {
      ...RUNTIME_ENVIRONMENT,
      ...environment,
      // Keeps escape codes out of saved outputs.
      NO_COLOR: "1",
      // Data sets and frames are held in JavaScript memory: allow 8 GB.
      DENO_V8_FLAGS: "--max-old-space-size=8192",
    },
  };
}

/**
 * Writes the kernelspec at every set-up, because npx may have moved Deno. In another user's checkout
 * it stays as it is: `copyKernelspec` makes one that fits.
 *
 * @returns The path of `kernel.json`
 */
export async function ensureKernelspec(
  layout: Layout,
  deno: string = Deno.execPath(),
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = kernelFile(layout.venv);
  try {
    await writeSpec(path, kernelspec(deno, environment));
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  return path;
}

/**
 * Copies the kernelspec for someone who may not write to `.venv`, with their own Deno.
 *
 * @param home The folder that takes the place of `.venv` for what Jupyter writes
 */
export async function copyKernelspec(
  layout: Layout,
  home: string,
  deno: string = Deno.execPath(),
): Promise<void> {
  const { env } = JSON.parse(await Deno.readTextFile(kernelFile(layout.venv))) as Kernelspec;
  await writeSpec(kernelFile(home), kernelspec(deno, env));
}

function kernelFile(home: string): string {
  return join(home, "share", "jupyter", "kernels", KERNEL_NAME, "kernel.json");
}

async function writeSpec(path: string, spec: Kernelspec): Promise<void> {
  const text = JSON.stringify(spec, null, 2) + "\n";
  if (await readTextIfThere(path) !== text) await writeAtomically(path, text);
}
