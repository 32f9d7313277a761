import assert from "node:assert/strict";
import { join } from "node:path";
import { startReaders } from "@/tools/faults/readers.ts";
import { withFolder } from "../../data/fixtures.ts";

/** Starts readers whose Python is a shell script. */
async function withFake(script: string, body: (python: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const python = join(folder, "python");
    await Deno.writeTextFile(python, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    await body(python);
  });
}

Deno.test("startReaders() answers each question with its own answer, in any hurry", async () => {
  const script = `n=0
while read -r line; do
  n=$((n + 1))
  case "$line" in
    *make*) echo '{"files": {"a.npy": "AQI="}}' ;;
    *bad*) echo '{"refused": "no file"}' ;;
    *) echo "{\\"facts\\": {\\"n\\": \\"$n\\"}, \\"values\\": \\"AACAPw==\\"}" ;;
  esac
done`;
  await withFake(script, async (python) => {
    await using readers = startReaders(python);
    const read = (name: string) => readers.read("NumPy", { name, bytes: Uint8Array.of(7) });
    assert.deepEqual(
      await Promise.all([readers.make("NumPy"), read("a"), read("bad"), read("b")]),
      [
        [{ name: "a.npy", bytes: Uint8Array.of(1, 2) }],
        { facts: { n: "2" }, values: Float32Array.of(1) },
        { refused: "no file" },
        { facts: { n: "4" }, values: Float32Array.of(1) },
      ],
    );
  });
});

Deno.test("startReaders() says why the process ended", async () => {
  await withFake("echo 'ModuleNotFoundError: numpy' >&2; exit 1", async (python) => {
    await using readers = startReaders(python);
    await assert.rejects(readers.make("PNG"), {
      message: "Cannot compare with independent readers: their process must answer, " +
        "got ModuleNotFoundError: numpy",
    });
  });
});
