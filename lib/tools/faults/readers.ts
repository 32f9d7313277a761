/**
 * Other people's readers of the formats that this project reads: NumPy, Pillow, trimesh, safetensors
 * and Python itself, in one process that answers questions (`independent_readers.py`).
 *
 * @module
 */
import { join } from "node:path";
import { linesOf } from "@/tools/lines.ts";

/** What a reader found in a file. */
export interface Reading {
  /** What must agree to the letter: names, shapes and digests. */
  readonly facts: Readonly<Record<string, string>>;
  /** What may differ by rounding, such as pixels and coordinates. */
  readonly values?: Float32Array;
}

/** What became of reading a file: what it holds, or why it was refused. */
export type Outcome = Reading | { readonly refused: string };

/** A file by its name, whose ending tells its kind. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The readers' process; it ends when disposed. */
export interface Readers extends AsyncDisposable {
  /** Writes sound files of a format: the same ones every time. */
  make(format: string): Promise<NamedFile[]>;
  /** Reads a file of a format. Questions may be asked before the last one is answered. */
  read(format: string, file: NamedFile): Promise<Outcome>;
}

/**
 * Starts the readers.
 *
 * @param python A Python with the packages of `requirements.txt`
 */
export function startReaders(python: string): Readers {
  const program = join(import.meta.dirname!, "independent_readers.py");
  const child = new Deno.Command(python, {
    args: ["-B", program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: {
      PYTHONNOUSERSITE: "1",
      // Pillow's libjpeg in portable code, as in `@napi-rs/canvas`: vector code saturates where a
      // damaged block leaves the range of pixels, portable code wraps, and T.81 asks for neither.
      JSIMD_FORCENONE: "1",
    },
  }).spawn();
  const errors = new Response(child.stderr).text();
  const lines = linesOf(child.stdout);
  const questions = child.stdin.getWriter();
  let last: Promise<unknown> = Promise.resolve();

  async function ask(question: Record<string, string>): Promise<Record<string, unknown>> {
    const line = new TextEncoder().encode(`${JSON.stringify(question)}\n`);
    await questions.write(line).catch(() => {}); // if it has ended, the answer says why
    const { done, value } = await lines.next(); // the generator answers in the order of the calls
    if (!done) return JSON.parse(value);
    const words = (await errors).trim().split("\n").at(-1);
    throw new Error(
      `Cannot compare with independent readers: their process must answer, got ${
        words || "no output"
      }`,
    );
  }

  /** Asks in turn, so that each question gets its own answer. */
  function inTurn(question: Record<string, string>) {
    const answer = last.then(() => ask(question));
    last = answer.catch(() => {});
    return answer;
  }

  return {
    async make(format) {
      const { files } = await inTurn({ make: format }) as { files: Record<string, string> };
      return Object.entries(files).map(([name, file]) => ({
        name,
        bytes: Uint8Array.fromBase64(file),
      }));
    },
    async read(format, { name, bytes }) {
      const question = { read: format, name, file: bytes.toBase64() };
      const { refused, facts, values } = await inTurn(question) as {
        refused?: string;
        facts: Record<string, string>;
        values?: string;
      };
      if (refused !== undefined) return { refused };
      if (values === undefined) return { facts };
      return { facts, values: new Float32Array(Uint8Array.fromBase64(values).buffer) };
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL"); // it has nothing to save
      } catch {
        // It has already ended.
      }
      await Promise.all([child.status, errors, questions.close().catch(() => {})]);
      await lines.return(undefined);
    },
  };
}
