import assert from "node:assert/strict";
import { fitGrid, renderViews } from "@/study/fit_grid.ts";
import { intersectionOverUnion } from "@/study/score/overlap.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { projectReference } from "../render/reference.ts";

const SIZE = 6;
const CELLS = SIZE ** 3;
const AZIMUTHS = Float32Array.of(0, Math.PI / 4, Math.PI / 2, 3 * Math.PI / 4);

/** An L: it looks different from each of the four azimuths. */
const SOLID = Uint8Array.from({ length: CELLS }, (_, i) => {
  const [d, h, w] = [Math.floor(i / SIZE ** 2), Math.floor(i / SIZE) % SIZE, i % SIZE];
  const isUpright = d === 2 && w === 2 && h >= 1 && h <= 4;
  return isUpright || (h === 4 && d >= 2 && d <= 4 && w === 2) ? 1 : 0;
});

const SILHOUETTES = {
  images: renderViews(SOLID, SIZE, AZIMUTHS),
  azimuths: AZIMUTHS,
  size: SIZE,
};

Deno.test("renderViews() sees a full grid as opaque and one cell as 1 - exp(-2)", () => {
  const front = Float32Array.of(0);
  const full = renderViews(new Uint8Array(CELLS).fill(1), SIZE, front);
  assertClose(full, Array(SIZE ** 2).fill(1 - Math.exp(-2 * SIZE)), 1e-6);
  const cell = new Uint8Array(CELLS);
  cell[(3 * SIZE + 1) * SIZE + 4] = 1; // layer 3, row 1, column 4
  const expected = new Float32Array(SIZE ** 2);
  expected[1 * SIZE + 4] = 1 - Math.exp(-2);
  assertClose(renderViews(cell, SIZE, front), expected, 1e-6);
});

Deno.test("renderViews() projects by the renderer's equation from every azimuth", () => {
  const views = renderViews(SOLID, SIZE, AZIMUTHS);
  const expected = projectReference({
    shape: [4, SIZE, SIZE, SIZE],
    density: Float32Array.from({ length: 4 * CELLS }, (_, i) => SOLID[i % CELLS]!),
    azimuth: AZIMUTHS,
    tau: 2,
  });
  assertClose(views, expected, 1e-4); // the renderer's own tolerance
});

Deno.test("fitGrid() starts from a half-full grid, whose error is known", () => {
  const images = new Float32Array(SIZE ** 2); // black, as of an empty grid
  const [first] = fitGrid(
    { images, azimuths: Float32Array.of(0), size: SIZE },
    { steps: 1, reportEvery: 1 },
  );
  assert.equal(first!.step, 0);
  assertClose(first!.occupancy, Array(CELLS).fill(0.5), 1e-6);
  // Every ray crosses SIZE cells of 0.5 at a tau of 2.
  assertClose([first!.meanSquaredError], [(1 - Math.exp(-SIZE)) ** 2], 1e-5);
});

Deno.test("fitGrid() recovers a solid from four silhouettes", () => {
  const fits = fitGrid(SILHOUETTES, { steps: 150, reportEvery: 50 });
  const errors = fits.map(({ meanSquaredError }) => meanSquaredError);
  assert.ok(errors.every((error, i) => i === 0 || error < errors[i - 1]!), errors.join());
  assert.ok(errors.at(-1)! < 1e-3, "a hundredth of an empty grid's error, 0.11");
  assert.equal(intersectionOverUnion(fits.at(-1)!.occupancy, SOLID), 1, "each cell is found");
  assert.ok(fits.every(({ occupancy }) => occupancy.every((value) => value > 0 && value < 1)));
});

Deno.test("fitGrid() reports as often as asked, from the untrained grid to the finished one", () => {
  const stepsOf = (steps: number, reportEvery: number) =>
    fitGrid(SILHOUETTES, { steps, reportEvery }).map(({ step }) => step);
  assert.deepEqual(stepsOf(4, 2), [0, 2, 4]);
  assert.deepEqual(stepsOf(5, 3), [0, 3, 5]);
  assert.deepEqual(stepsOf(1, 10), [0, 1]);
});

Deno.test("fitGrid() gives the same fits each time, whatever it reports", () => {
  const often = fitGrid(SILHOUETTES, { steps: 6, reportEvery: 2 });
  assert.deepEqual(fitGrid(SILHOUETTES, { steps: 6, reportEvery: 6 }), [often[0], often[3]]);
});

Deno.test("fitGrid() and renderViews() keep no tensors", () => {
  assertTensorsKept(0, () => fitGrid(SILHOUETTES, { steps: 3, reportEvery: 1 }));
  assertTensorsKept(0, () => renderViews(SOLID, SIZE, AZIMUTHS));
});
