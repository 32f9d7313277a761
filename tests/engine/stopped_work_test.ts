/** Every loop of the library that takes long ends at the stop button. */
import assert from "node:assert/strict";
import { stopButton } from "@/engine/stop_button.ts";
import { loadImageSet } from "@/data/sources.ts";
import { runInBatches } from "@/infer/batched.ts";
import { refine } from "@/infer/refine.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { exportShapes } from "@/show/export/shape_archive.ts";
import { encodeGif } from "@/show/plot/animation.ts";
import { createBitmap } from "@/show/plot/bitmap.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import { embed, EMBEDDINGS } from "@/study/embedding.ts";
import { fitGrid } from "@/study/fit_grid.ts";
import { fitLogistic } from "@/study/logistic.ts";
import { nearestNeighbours } from "@/study/nearest.ts";
import { alignInView } from "@/study/score/alignment.ts";
import { chamferDistance } from "@/study/score/chamfer.ts";
import { timeCalls } from "@/tools/bench/timing.ts";

const SIDE = 4;
const cells = new Float32Array(SIDE ** 3).fill(1);
const grid = { occupancy: cells, size: [SIDE, SIDE, SIDE] as const };
const solids = { occupancy: cells, size: SIDE, azimuths: new Float32Array(1) };
const rows = { values: Float32Array.from({ length: 16 }, (_, i) => i), length: 2 };
const config = configWith("quick", { method: "searched", imageSize: 16, filters: 32 });

const never = () => assert.fail("it must end before its first step");

const WORK: Readonly<Record<string, () => unknown>> = {
  "loadImageSet()": () => loadImageSet("embedded-solids", "test"),
  "runInBatches()": () =>
    runInBatches(never as never, { x: { shape: [1, 2], dtype: "float32" } }, { x: rows.values }),
  "refine()": () => {
    const weights = initialValues(createLearner(config).parameters, 1);
    refine(config, weights, new Float32Array(16 ** 2));
  },
  "fitGrid()": () =>
    fitGrid({ images: new Float32Array(64), azimuths: new Float32Array(1), size: 8 }, {
      steps: 5,
      reportEvery: 5,
    }),
  "fitLogistic()": () =>
    fitLogistic({ ...rows, labels: new Uint8Array(8) }, { classCount: 2, penalty: 1 }),
  "nearestNeighbours()": () => nearestNeighbours(rows, rows, 1),
  ...Object.fromEntries(
    EMBEDDINGS.map((name) => [`embed() by ${name}`, () => embed(rows, name, 1)]),
  ),
  "alignInView()": () => alignInView(solids, solids),
  "chamferDistance()": () => chamferDistance(cells, cells, SIDE),
  "drawVoxels()": () => drawVoxels(grid, { width: 8, height: 8 }),
  "encodeGif()": () => encodeGif([createBitmap(8, 8)]),
  "exportShapes()": () =>
    exportShapes("never.zip", [{ label: "a", grid } as never], { record: {}, step: 1 } as never),
  "timeCalls()": () => timeCalls(never, { warmUp: 0, repeat: 1 }),
};

for (const [name, work] of Object.entries(WORK)) {
  Deno.test(`${name} ends at the stop button`, async () => {
    stopButton.press();
    await assert.rejects(async () => await work(), {
      name: "AbortError",
      message: "Stopped by the stop button",
    });
  });
}

Deno.test("the stop button lets go by itself", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1.5 * stopButton.holdMs));
  stopButton.check();
});
