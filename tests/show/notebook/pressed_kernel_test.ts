import assert from "node:assert/strict";
import { join } from "node:path";
import { KERNEL_NAME, kernelspec } from "@/tools/setup/kernelspec.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { TINY } from "../../tiny.ts";

interface Cell {
  readonly code: string;
  /** Seconds from its start to the press. */
  readonly press?: number;
  /** Sent while the cell before it runs. */
  readonly queued?: boolean;
}

interface Result {
  readonly outputs: readonly string[];
  readonly seconds: number;
}

/** Runs cells on the project's kernel in a folder of the project, pressing stop. */
async function press(cells: readonly Cell[]): Promise<Result[]> {
  const folder = await Deno.makeTempDir({ dir: PROJECT.backends, prefix: "stop-test-" });
  try {
    const kernel = join(folder, "kernels", KERNEL_NAME);
    await Deno.mkdir(kernel, { recursive: true });
    await Deno.writeTextFile(
      join(kernel, "kernel.json"),
      JSON.stringify(kernelspec(Deno.execPath())),
    );
    const { code, stdout, stderr } = await new Deno.Command(PROJECT.python, {
      args: [
        join(import.meta.dirname!, "pressed_kernel.py"),
        JSON.stringify(cells),
        folder,
      ],
      env: { JUPYTER_PATH: folder },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const IMPORTS = `import { drawVoxels, encodeGif, fitGrid, loadImageSet, renderViews, reportErrors,
  watchRun } from "@/mod.ts";
reportErrors();
const chairs = await loadImageSet("embedded-solids", "test", { seed: 1 });
const { size, voxels } = chairs.truth!;
const chair = voxels.subarray(0, size ** 3);
const azimuths = Float32Array.from([0, 1]);
const images = renderViews(chair, size, azimuths);
const frame = drawVoxels({ occupancy: Float32Array.from(chair), size: [size, size, size] },
  { width: 200, height: 200 });
await new Promise((resolve) => setTimeout(resolve, 2000)); // the other thread listens by then`;
const WAITING = `await new Promise((resolve) => setTimeout(resolve, 2500)); "waited"`;
const FITTING = `fitGrid({ images, azimuths, size }, { steps: 1e6, reportEvery: 1e6 });`;
const STOPPED = "AbortError\nStopped by the stop button\nAbortError: Stopped by the stop button";
const GOES_ON = "Stop: a cell that still runs goes on until what it waits for is done; " +
  "restart the kernel to end it at once\n";

Deno.test("the stop button keeps kernel and variables in every kind of cell, and ends what is ours", async () => {
  const config = JSON.stringify({ ...TINY, data: "embedded-digits", steps: 1e6 });
  const cells: Record<string, Cell & { readonly says: string | RegExp }> = {
    "the first": { code: `let kept = 1; ${WAITING}`, press: 0.5, says: '"waited"' },
    imports: { code: IMPORTS, says: "" },
    waiting: { code: `kept++; ${WAITING}`, press: 0.5, says: `${GOES_ON}|"waited"` },
    computing: { code: `kept++; ${FITTING}`, press: 1, says: STOPPED },
    idle: { code: "", says: "" },
    figures: {
      code: `kept++; encodeGif(Array.from({ length: 1e4 }, () => frame));`,
      press: 1,
      says: STOPPED,
    },
    renders: {
      code: `kept++; for (;;) drawVoxels({ occupancy: Float32Array.from(chair), ` +
        `size: [size, size, size] }, { width: 300, height: 300 });`,
      queued: true,
      says: STOPPED,
    },
    "idle again": { code: "", says: "" },
    loading: {
      code:
        `kept++; for (let seed = 0;; seed++) await loadImageSet("embedded-solids", "train", { seed });`,
      press: 1,
      says: STOPPED,
    },
    "idle once more": { code: "", says: "" },
    training: {
      code: `kept++; await watchRun(${config} as never, { runs: "runs" });`,
      press: 8,
      says:
        /^AbortError\n(Training stopped at step \d+ of 1000000; run it again to go on|Stopped by the)/,
    },
    "queued after training": { code: `kept++; ${FITTING}`, queued: true, says: STOPPED },
    "at the end": { code: "kept", says: "8" },
  };
  const results = await press(Object.values(cells));
  const names = Object.keys(cells);
  assert.equal(results.length, names.length, `the kernel died in "${names[results.length]}"`);
  for (const [i, { outputs, seconds }] of results.entries()) {
    const { says } = cells[names[i]!]!;
    const said = outputs.join("|");
    if (typeof says === "string") assert.equal(said, says, names[i]!);
    else assert.match(said, says, names[i]!);
    assert.ok(seconds < 60, `${names[i]} must end at the stop button`);
  }
});
