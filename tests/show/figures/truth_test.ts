import assert from "node:assert/strict";
import { scoreBaselines, scorePredictions } from "@/study/truth_scores.ts";
import { azimuthsFigure, chairsFigure, viewpointsFigure } from "@/show/figures/truth.ts";
import { IMAGE_SIZE, knownObjects, perfectPrediction } from "../../study/known.ts";

const known = knownObjects();
const turn = { offset: 0, isMirrored: false };
const perfect = scorePredictions({
  tests: perfectPrediction(known.tests, turn),
  calibration: perfectPrediction(known.calibration, turn),
}, known);
const { extrusion } = scoreBaselines(known);

const model = { name: "a model", evaluations: [perfect, perfect] };
const baseline = { name: "extruded", evaluations: [extrusion] };

Deno.test("azimuthsFigure() has a column for each method", () => {
  const widthOf = (count: number) => azimuthsFigure(Array(count).fill(model), [known, known]).width;
  assert.ok(widthOf(2) > 1.8 * widthOf(1));
});

Deno.test("viewpointsFigure() grows by a row for each method and by a group for each object", () => {
  const heightOf = (methods: number, items: number[]) =>
    viewpointsFigure(Array(methods).fill(model), known, items).height;
  const rowHeight = heightOf(2, [0]) - heightOf(1, [0]);
  assert.ok(rowHeight >= 2 * IMAGE_SIZE, "images at twice their size");
  assert.ok(heightOf(1, [0, 3]) > heightOf(1, [0]) + 2 * rowHeight);
});

Deno.test("chairsFigure() grows by a column for each method and a row for each object", () => {
  const one = chairsFigure([model], known, [1]);
  const more = chairsFigure([model, baseline], known, [1, 4]);
  assert.ok(more.width > one.width + 90 && more.height > one.height + 90);
});
