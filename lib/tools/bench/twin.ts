/**
 * Twins of the training step: the same step in other frameworks, each in its own process that takes
 * steps on request (`twins/protocol.py`).
 *
 * @module
 */
import { join } from "node:path";
import type { Config, RunConfig } from "@/config.ts";
import { linesOf } from "@/tools/lines.ts";
import type { Framework, Twins } from "./methods/known_method.ts";

/** A framework in one of its modes. */
export interface Peer {
  /** Its name in tables. */
  readonly label: string;
  /** Its framework, for which a method has a program. */
  readonly framework: Framework;
  /** The program's mode for each precision. */
  readonly modes: Readonly<Record<RunConfig["precision"], string>>;
  /** Whether it runs only on a GPU. */
  readonly needsGpu?: boolean;
}

const torch = (label: string, mode: string): Peer => ({
  label,
  framework: "torch",
  modes: { float32: mode, bfloat16: `bf16-${mode}` },
});

/** Every peer, by its name for `--peer`. */
export const PEERS: Readonly<Record<string, Peer>> = {
  "torch": torch("PyTorch", "eager"),
  "torch-compile": torch("PyTorch compiled", "compile"),
  "torch-cuda-graphs": { ...torch("PyTorch CUDA graphs", "cuda-graphs"), needsGpu: true },
  "jax": { label: "JAX", framework: "jax", modes: { float32: "jit", bfloat16: "bf16" } },
};

/**
 * Names the peers that a method's twins can be.
 *
 * @param twins Those of the method
 * @param isOnGpu Whether those that need one can run
 */
export function peersOf({ programs }: Pick<Twins, "programs">, isOnGpu = true): string[] {
  return Object.entries(PEERS)
    .filter(([, { framework, needsGpu }]) => framework in programs && (isOnGpu || !needsGpu))
    .map(([name]) => name);
}

/** A twin's message when it is ready. */
export interface TwinDescription {
  /** Time to create the model, compile, and take the first steps. */
  readonly setupSeconds: number;
  /** The device it runs on. */
  readonly device: string;
  /** Versions of its software. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The chosen implementation of each part. */
  readonly forms: Readonly<Record<string, string>>;
}

/** How to start a twin. */
export interface TwinOptions {
  /** A Python with its framework. */
  readonly python: string;
  /** Steps between two readings of losses, which are timed together; by default 1. */
  readonly stepsPerReading?: number;
  /** Kills it when aborted. */
  readonly signal?: AbortSignal;
  /** The folder of its program; by default the project's. */
  readonly folder?: string;
}

/** A running twin; killed when disposed. */
export interface Twin extends AsyncDisposable {
  /** Its name. */
  readonly name: string;
  /** Its message when it was ready. */
  readonly description: TwinDescription;
  /** Its process ID. */
  readonly pid: number;
  /**
   * Takes at least `count` steps.
   *
   * @returns Wall times in milliseconds per step, one per reading of losses
   * @throws {Error} If it fails; the message is the twin's
   */
  steps(count: number): Promise<number[]>;
}

/**
 * Starts a twin and waits until it has compiled and warmed up.
 *
 * @param peer What it is to be
 * @param program Its program, in `twins/`
 * @param config What it computes; what its program does not know, it ignores
 * @throws {Error} If it cannot start; the message is the twin's, or the last line it printed
 */
export async function startTwin(
  { label, modes }: Pick<Peer, "label" | "modes">,
  program: string,
  config: Config,
  { python, signal, stepsPerReading = 1, folder = join(import.meta.dirname!, "twins") }:
    TwinOptions,
): Promise<Twin> {
  const child = spawn(python, {
    args: [
      join(folder, program),
      ...["serve", "--mode", modes[config.precision], "--config", JSON.stringify(config)],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Our flags are for TensorFlow's XLA.
    env: { XLA_FLAGS: "", TF_XLA_FLAGS: "", PYTHONDONTWRITEBYTECODE: "1" },
    ...(signal && { signal }),
  });
  const errors = new Response(child.stderr).text();
  const lines = linesOf(child.stdout);
  const requests = child.stdin.getWriter();

  async function answer(): Promise<Record<string, unknown>> {
    const { done, value } = await lines.next();
    signal?.throwIfAborted();
    if (!done) {
      const line = JSON.parse(value);
      if (!("error" in line)) return line;
      throw new Error((line.error as string).split("\n")[0]);
    }
    const { code } = await child.status;
    const lastLine = (await errors).trim().split("\n").at(-1);
    throw new Error(`it ended with code ${code}: ${lastLine || "no output"}`);
  }

  async function end(): Promise<void> {
    try {
      child.kill("SIGKILL"); // it has nothing to save
    } catch {
      // It has already ended.
    }
    await Promise.all([child.status, errors, requests.close().catch(() => {})]);
  }

  try {
    const description = await answer() as unknown as TwinDescription;
    return {
      name: label,
      description,
      pid: child.pid,
      async steps(count) {
        const line = new TextEncoder().encode(
          `${JSON.stringify({ steps: count, together: stepsPerReading })}\n`,
        );
        await requests.write(line).catch(() => {}); // if it has ended, the answer says why
        return (await answer()).ms as number[];
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function spawn(
  python: string,
  options: Deno.CommandOptions & { stdin: "piped"; stdout: "piped"; stderr: "piped" },
): Deno.ChildProcess {
  try {
    return new Deno.Command(python, options).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`there is no program "${python}"`);
  }
}
