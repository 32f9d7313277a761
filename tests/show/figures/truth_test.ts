import assert from "node:assert/strict";
import { scoreBaselines, scorePredictions } from "@/study/truth_scores.ts";
import {
  azimuthsFigure,
  chairsFigure,
  reversedDepth,
  turningFigure,
  viewpointsFigure,
} from "@/show/figures/truth.ts";
import * as tf from "@/engine/tf.ts";
import { createRandom } from "@/engine/random.ts";
import { projectVoxels } from "@/render/project.ts";
import { viewAt } from "@/study/score/views_around.ts";
import { assertClose } from "../../assert.ts";
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

Deno.test("reversedDepth() turns the other way, seen from its front on", () => {
  const [side, front] = [6, 0.7];
  const random = createRandom(3);
  const occupancy = Float32Array.from({ length: side ** 3 }, () => random.uniform());
  const shape = { grid: { occupancy, size: [side, side, side] as const }, front };
  const reversed = reversedDepth(shape);
  const seen = ({ grid, front }: typeof reversed, turn: number) =>
    tf.tidy(() => {
      const voxels = tf.tensor4d(new Float32Array(grid.occupancy), [1, side, side, side]);
      return projectVoxels(voxels, tf.tensor1d([front + turn]), { tau: 0.5 }).dataSync();
    });
  for (const turn of [0, 0.4, 2, 5]) {
    assertClose(seen(reversed, turn), seen(shape, -turn), 1e-5);
  }
  assert.deepEqual([...new Float32Array(reversedDepth(reversed).grid.occupancy)], [...occupancy]);
});

/** A method whose shapes have reversed depths, where the truth tells. */
const reversedModel = {
  name: "a model",
  evaluations: model.evaluations.map((each) => {
    const { prediction, views } = each;
    const cells = prediction.size ** 3;
    const occupancy = new Float32Array(prediction.occupancy.length);
    const azimuths = prediction.azimuths.map((azimuth) => -azimuth);
    const values = new Float32Array(views.values.length);
    for (let item = 0; item < views.count; item++) {
      const solid = prediction.occupancy.subarray(item * cells, (item + 1) * cells);
      const size = [prediction.size, prediction.size, prediction.size] as const;
      const front = prediction.azimuths[item]!;
      const { grid } = reversedDepth({ grid: { occupancy: solid, size }, front });
      occupancy.set(Float32Array.from(grid.occupancy), item * cells);
      for (let view = 0; view < views.views; view++) {
        const other = viewAt(views, item, (views.views - view) % views.views);
        values.set(other, (item * views.views + view) * other.length);
      }
    }
    return {
      ...each,
      prediction: { ...prediction, occupancy, azimuths },
      views: { ...views, values },
    };
  }),
};

Deno.test("turningFigure() turns each shape as the truth does, whatever its depths", () => {
  const options = { frames: 3, width: 40 };
  const frames = turningFigure([model], known, [1, 4], options);
  assert.equal(frames.length, 3);
  assert.notDeepEqual(frames[0], frames[1]);
  assert.deepEqual(turningFigure([reversedModel], known, [1, 4], options), frames);
});

Deno.test("turningFigure() grows by a row for each method and a column for each object", () => {
  const sizeOf = (methods: number, items: number[]) =>
    turningFigure(Array(methods).fill(model), known, items, { frames: 1 })[0]!;
  assert.ok(sizeOf(2, [0]).height > sizeOf(1, [0]).height + 100);
  assert.ok(sizeOf(1, [0, 3]).width > sizeOf(1, [0]).width + 100);
});
