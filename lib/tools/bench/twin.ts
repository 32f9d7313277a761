/**
 * Twins of the training step: the same step in other frameworks, each in a process of its own that
 * takes steps when it is asked to (`twins/protocol.py`).
 *
 * @module
 */
import { join } from "node:path";
import type { RunConfig } from "@/config.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { linesOf } from "@/tools/lines.ts";

/** A framework in one of its forms. */
export interface Peer {
  /** What to call it in tables. */
  readonly label: string;
  /** Its program, in `twins/`. */
  readonly program: string;
  /** The mode of the program for each precision. */
  readonly modes: Readonly<Record<RunConfig["precision"], string>>;
  /** Whether it runs on graphics cards only. */
  readonly needsGpu?: boolean;
}

const torch = (label: string, mode: string): Peer => ({
  label,
  program: "torch_step.py",
  modes: { float32: mode, bfloat16: `bf16-${mode}` },
});

/** Every peer, by the name that `--peer` takes. */
export const PEERS: Readonly<Record<string, Peer>> = {
  "torch": torch("PyTorch", "eager"),
  "torch-compile": torch("PyTorch compiled", "compile"),
  "torch-cuda-graphs": { ...torch("PyTorch CUDA graphs", "cuda-graphs"), needsGpu: true },
  "jax": { label: "JAX", program: "jax_step.py", modes: { float32: "jit", bfloat16: "bf16" } },
};

/** What a twin says when it is ready. */
export interface TwinDescription {
  /** Time to import the framework's model, compile, and take the first steps. */
  readonly setupSeconds: number;
  /** What it runs on. */
  readonly device: string;
  /** Versions of what computes. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** Which forms of its parts it chose. */
  readonly forms: Readonly<Record<string, string>>;
}

/** How to start a twin. */
export interface TwinOptions {
  /** The Python that has its framework. */
  readonly python: string;
  /** How many steps it takes between two readings of losses, which are timed together; 1 unless given. */
  readonly stepsPerReading?: number;
  /** Ends it when aborted. */
  readonly signal?: AbortSignal;
  /** The folder of its program, unless it is the project's. */
  readonly folder?: string;
}

/** A twin at work; ends when disposed. */
export interface Twin extends AsyncDisposable {
  /** What to call it. */
  readonly name: string;
  /** What it said when it was ready. */
  readonly description: TwinDescription;
  /** Its process. */
  readonly pid: number;
  /**
   * Takes at least so many steps.
   *
   * @returns Their wall times, in milliseconds, one for each reading of losses
   * @throws {Error} If it fails; the message is its own
   */
  steps(count: number): Promise<number[]>;
}

/**
 * Starts a twin and waits until it has compiled and warmed up.
 *
 * @throws {Error} If it cannot start; the message is its own, or the last line that it wrote
 */
export async function startTwin(
  { label, program, modes }: Peer,
  config: VaeConfig,
  { python, signal, stepsPerReading = 1, folder = join(import.meta.dirname!, "twins") }:
    TwinOptions,
): Promise<Twin> {
  const { batchSize, filters, imageSize, latentSize, precision } = config;
  const sizes = { batch: batchSize, filters, grid: imageSize, latent: latentSize };
  const flags = Object.entries(sizes).flatMap(([flag, size]) => [`--${flag}`, String(size)]);
  const child = spawn(python, {
    args: [join(folder, program), "serve", "--mode", modes[precision], ...flags],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Ours are for TensorFlow's XLA.
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
    throw new Error(`it ended with code ${code}: ${lastLine || "no word"}`);
  }

  async function end(): Promise<void> {
    try {
      child.kill("SIGKILL"); // it holds nothing that must be saved
    } catch {
      // It has ended.
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
        await requests.write(line).catch(() => {}); // of one that has ended the answer says why
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
