import assert from "node:assert/strict";
import {
  renderingsAboveShapes,
  renderingsAfterTraining,
  renderingsDuringTraining,
} from "@/show/figures/renderings.ts";
import { exhibitsWithInputs } from "@/show/figures/exhibits.ts";
import type { Reconstruction } from "@/infer/inference.ts";
import {
  inputsBesideRenderings,
  QUARTER_VIEWS,
  sheetsBeside,
  trainingStrips,
} from "@/show/plot/figures.ts";
import { above } from "@/show/plot/bitmap.ts";
import { TINY } from "../../tiny.ts";
import { AREA, CELLS, handMadeRun } from "./runs.ts";

const SIZE = [4, TINY.imageSize, TINY.imageSize] as const;

Deno.test("renderingsDuringTraining() draws every other frame beside the inputs, with its step", () => {
  const run = handMadeRun();
  const images = renderingsDuringTraining(run);
  assert.deepEqual(run.frames.map(({ step }) => step), [0, 3, 6, 9, 12]);
  assert.equal(images.length, 3);
  const inputs = { values: run.data.monitor.images, size: SIZE };
  // Slot 0 has a fifth of white, slot 1 two fifths, and so on.
  const greys = Float32Array.from({ length: 4 * AREA }, (_, i) => (1 + Math.floor(i / AREA)) / 5);
  for (const [i, step] of [0, 6, 12].entries()) {
    const expected = inputsBesideRenderings(inputs, { values: greys, size: SIZE }, { step });
    assert.deepEqual(images[i], expected);
  }
});

Deno.test("renderingsDuringTraining() draws at least the first frame, and none for a run without frames", () => {
  const run = handMadeRun();
  assert.equal(renderingsDuringTraining({ ...run, frames: run.frames.slice(0, 1) }).length, 1);
  assert.deepEqual(renderingsDuringTraining({ ...run, frames: [] }), []);
});

Deno.test("renderingsAfterTraining() draws inputs, projections and, with a texture, textured images", () => {
  const run = handMadeRun();
  const stackOf = (values: Float32Array) => ({ values, size: SIZE });
  const [projection, rendering] = [0.25, 0.75].map((value) =>
    new Float32Array(4 * AREA).fill(value)
  ) as [Float32Array, Float32Array];
  const made = { projection, rendering } as Reconstruction;
  const plain = { input: stackOf(run.data.monitor.images), projection: stackOf(projection) };
  assert.deepEqual(renderingsAfterTraining(run, made), sheetsBeside(plain));
  const textured = { ...run, config: { ...TINY, texture: true } };
  assert.deepEqual(
    renderingsAfterTraining(textured, made, { columns: 2, step: 5 }),
    sheetsBeside({ ...plain, textured: stackOf(rendering) }, { columns: 2, step: 5 }),
  );
});

Deno.test("renderingsAboveShapes() draws the sheets and the chosen shapes", () => {
  const run = handMadeRun();
  const made = {
    projection: new Float32Array(4 * AREA).fill(0.25),
    rendering: new Float32Array(4 * AREA).fill(0.25),
    occupancy: Float32Array.from({ length: 4 * CELLS }, (_, i) => i % TINY.imageSize < 4 ? 1 : 0),
    azimuth: new Float32Array(4).fill(Math.PI),
  } as Reconstruction;
  const labels = ["bar 1", "bar 2", "bar 3", "bar 4"];
  const shapes = exhibitsWithInputs(run.data.monitor.images, made, labels, run.config);
  const chosen = [shapes[3]!, shapes[1]!];
  assert.deepEqual(
    renderingsAboveShapes(run, made, { places: [3, 1], name: "bar" }),
    above([renderingsAfterTraining(run, made), trainingStrips(chosen, TINY.steps, QUARTER_VIEWS)]),
  );
});

Deno.test("renderingsAboveShapes() leaves out voxels below the threshold", () => {
  const run = handMadeRun();
  const occupancy = Float32Array.from({ length: 4 * CELLS }, (_, i) => i % 2 === 0 ? 0.8 : 0.3);
  const grey = new Float32Array(4 * AREA).fill(0.25);
  const azimuth = new Float32Array(4);
  const drawn = (occupancy: Float32Array, threshold?: number) =>
    renderingsAboveShapes(
      run,
      { projection: grey, rendering: grey, occupancy, azimuth } as Reconstruction,
      { places: [0], name: "bar", ...(threshold && { threshold }) },
    );
  const upper = occupancy.map((value) => value >= 0.5 ? value : 0);
  assert.deepEqual(drawn(occupancy, 0.5), drawn(upper));
  assert.notDeepEqual(drawn(occupancy), drawn(upper));
});
