import assert from "node:assert/strict";
import { join } from "node:path";
import { executeNotebook, type ExecuteOptions } from "@/tools/runner/execute_notebook.ts";
import { layoutOf, PROJECT } from "@/tools/setup/layout.ts";
import { exists, readTextIfThere } from "@/tools/setup/prepared.ts";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string[];
}

interface Notebook {
  readonly metadata: Record<string, unknown>;
  readonly cells: { source: string[]; outputs: Output[]; execution_count: number }[];
}

/** A cell: its code and its tags. */
type Cell = readonly [source: string, ...tags: string[]];

/** Runs a notebook of the cells in a folder of the project and returns the result. */
async function execute(cells: readonly Cell[], options: ExecuteOptions = {}): Promise<Notebook> {
  const folder = await Deno.makeTempDir({ dir: PROJECT.backends, prefix: "notebook-test-" });
  try {
    const path = join(folder, "try.ipynb");
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: cells.map(([source, ...tags], index) => ({
        cell_type: "code",
        id: `cell-${index}`,
        source,
        metadata: { tags, execution: { "iopub.status.busy": "2020-01-01" } },
        outputs: [],
        execution_count: null,
      })),
    };
    await Deno.writeTextFile(path, JSON.stringify(notebook));
    const out = join(folder, "out.ipynb");
    try {
      await executeNotebook(path, { out, ...options });
    } catch (error) {
      assert.equal(await exists(out), false, "a failed run writes nothing");
      throw error;
    }
    return JSON.parse(await Deno.readTextFile(out));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const textOf = (outputs: Output[], name: string) =>
  outputs.filter((output) => output.name === name).flatMap(({ text }) => text).join("");

/** Sends 100 displays and 200 lines without awaiting them. */
const MANY = `for (let i = 0; i < 100; i++) {
  console.log("line " + i);
  console.error("line " + i);
  Deno.jupyter.broadcast("display_data", { data: { "text/plain": "" + i }, metadata: {} });
}`;

/** Sends four displays of 3 MB without awaiting them. */
const LARGE = `const large = "x".repeat(3e6);
for (let i = 0; i < 4; i++) {
  Deno.jupyter.broadcast("display_data", { data: { "text/html": large + i }, metadata: {} });
}`;

Deno.test("executeNotebook() keeps every output of cells that do not await them", async () => {
  const { cells } = await execute([[MANY], [LARGE], [MANY], [LARGE], [MANY], ["large"], ["1"]]);
  const displays = cells.map(({ outputs }) =>
    outputs.filter((each) => each.output_type !== "stream").length
  );
  assert.deepEqual(displays, [100, 4, 100, 4, 100, 1, 1]);
  for (const index of [0, 2, 4]) {
    const lines = Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join("");
    assert.equal(textOf(cells[index]!.outputs, "stdout"), lines);
    assert.equal(textOf(cells[index]!.outputs, "stderr"), lines);
  }
  assert.deepEqual(cells.map((cell) => cell.execution_count), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("executeNotebook() takes long lines, and lines written over", async () => {
  const { cells } = await execute([
    ['console.log("x".repeat(1e6));'],
    ['console.log("a\\nb 1 %\\rb 2 %\\rb 3 %\\nc");'],
  ]);
  assert.equal(textOf(cells[0]!.outputs, "stdout").length, 1e6 + 1);
  assert.equal(textOf(cells[1]!.outputs, "stdout"), "a\nb 3 %\nc\n");
});

Deno.test("executeNotebook() passes parameters, environment and the project's imports to the kernel", async () => {
  const reports: number[] = [];
  const { cells, metadata } = await execute([
    ["const digits = [1], seed = 1;", "parameters"],
    [`import { seedFor } from "@/engine/random.ts";
console.log(digits, seedFor(1, "a"), Deno.env.get("PRESET"), Deno.env.get("MALLOC_TOP_PAD_"));`],
  ], {
    parameters: { digits: [8, 9] },
    env: { PRESET: "quick" },
    onCell: ({ cell, of }) => reports.push(cell, of),
  });
  assert.equal(textOf(cells[2]!.outputs, "stdout"), "[ 8, 9 ] 541371896 quick 67108864\n");
  assert.deepEqual(reports, [1, 3, 2, 3, 3, 3]);
  assert.deepEqual(metadata.kernelspec, {
    display_name: "Deno (3D shapes)",
    language: "typescript",
    name: "deno-3d-shapes",
  });
  assert.ok(!JSON.stringify(cells).includes("iopub.status"), "no times in the metadata");
});

Deno.test("executeNotebook() fails on an error and names the cell", async () => {
  await assert.rejects(execute([["1"], ["\nfail();\n// more"]]), {
    message: 'Cannot execute "try.ipynb": code cell 2 (fail();) must run without an error, ' +
      "got ReferenceError: fail is not defined",
  });
});

Deno.test("executeNotebook() fails on a cell that does not parse", async () => {
  await assert.rejects(execute([["let = ;"]]), /must run without an error, got a syntax error/);
});

Deno.test("executeNotebook() fails on a cell without the output required by its tag", async () => {
  const shown = ["Deno.jupyter.html`<b>bold</b>`", "expects:text/html"] as const;
  await assert.rejects(execute([shown, ["2", "expects:image/png"]]), {
    message: 'Cannot execute "try.ipynb": code cell 2 (2) must show image/png, got text/plain',
  });
});

Deno.test("executeNotebook() leaves out cells with a tag, and what they showed before", async () => {
  const told: string[] = [];
  const { cells } = await execute([["1"], ["fail()", "long", "expects:image/png"], ["2"]], {
    skipTag: "long",
    onCell: ({ cell, of }) => told.push(`${cell} of ${of}`),
  });
  assert.deepEqual(told, ["1 of 2", "2 of 2"]);
  assert.deepEqual(cells.map(({ execution_count }) => execution_count), [1, null, 2]);
  assert.deepEqual(cells.map(({ outputs }) => outputs.length), [1, 0, 1]);
});

Deno.test("executeNotebook() kills a kernel that takes too long", async () => {
  const kernel = await pidOfKernel((cell) =>
    execute([[cell], ["while (true) {}"]], { timeoutSeconds: 1 })
  );
  assert.match(kernel.error, /code cell 2 \(while \(true\) \{\}\) must end within 1 s, got no end/);
  assert.equal(await isRunning(kernel.pid), false);
});

Deno.test("executeNotebook() kills the kernel when aborted", async () => {
  const abort = new AbortController();
  const kernel = await pidOfKernel((cell) =>
    execute([[cell], ["while (true) {}"]], { signal: abort.signal, onCell: () => abort.abort() })
  );
  assert.match(kernel.error, /aborted/);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await isRunning(kernel.pid), false);
});

/** Whether a process is running, zombies excluded. */
async function isRunning(pid: string): Promise<boolean> {
  const stat = await readTextIfThere(`/proc/${pid}/stat`);
  return stat !== undefined && !/\) Z /.test(stat);
}

/** Runs a notebook that must fail; its first cell writes the kernel's PID to a file. */
async function pidOfKernel(
  run: (firstCell: string) => Promise<unknown>,
): Promise<{ pid: string; error: string }> {
  const file = await Deno.makeTempFile();
  try {
    const cell = `Deno.writeTextFileSync(${JSON.stringify(file)}, String(Deno.pid));`;
    const error = await run(cell).then(() => "no error", (error) => String(error));
    return { pid: await Deno.readTextFile(file), error };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("executeNotebook() reports a kernel that exits", async () => {
  await assert.rejects(execute([["Deno.exit(3)"]]), /must keep the kernel alive, got its exit/);
});

Deno.test("executeNotebook() requires a parameters cell", async () => {
  await assert.rejects(
    execute([["1"]], { parameters: { seed: 1 } }),
    /a cell must be tagged `parameters` to take \['seed'\], got none/,
  );
});

Deno.test("executeNotebook() requires set-up and the notebook", async () => {
  const here = join(import.meta.dirname!, "execute_notebook_test.ts");
  await assert.rejects(executeNotebook(here, { layout: layoutOf("/nowhere") }), {
    message: 'Cannot execute "execute_notebook_test.ts": .venv must hold Jupyter, got no .venv; ' +
      "run `deno task setup`",
  });
  await assert.rejects(executeNotebook("/nowhere.ipynb"), {
    message: 'Cannot execute "nowhere.ipynb": the notebook must exist, got no "/nowhere.ipynb"',
  });
});
