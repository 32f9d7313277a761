import assert from "node:assert/strict";
import { scoreShapes, studyRuns } from "@/study/shape_scores.ts";
import { Inference, type Reconstruction } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { createLearner } from "@/method/registry.ts";
import * as tf from "@/engine/tf.ts";
import { evaluate } from "@/study/evaluate.ts";
import { assertClose } from "../assert.ts";
import { CELLS, handMadeRun } from "../show/figures/runs.ts";
import { TINY, tinySet } from "../tiny.ts";

const THRESHOLD = 0.05;
const sets = [{ set: tinySet("a", 6), ratio: 1 }, { set: tinySet("b", 3), ratio: 1 }];

/**
 * A model that turns images of the first set into one solid slice of a grid at azimuth pi, and
 * images of the second into two separate voxels, one of them fog, at azimuth 3 pi / 2.
 */
const inference = {
  gridSize: TINY.imageSize,
  batchSize: 4,
  reconstruct(images: Float32Array): Reconstruction {
    const occupancy = new Float32Array(4 * CELLS);
    for (const slot of [0, 1]) occupancy.fill(1, slot * CELLS, slot * CELLS + 64);
    for (const slot of [2, 3]) occupancy.set([1, 0, 0.25], slot * CELLS);
    const azimuth = Float32Array.of(1, 1, 1.5, 1.5).map((half) => half * Math.PI);
    return { rendering: images, occupancy, azimuth } as Reconstruction;
  },
} as Inference;

Deno.test("scoreShapes() averages over the images of all sets, each counted once", () => {
  const scores = scoreShapes(inference, sets, { threshold: THRESHOLD });
  assert.deepEqual(
    scores.errors.map(({ name, count, meanSquaredError }) => [
      name,
      count,
      meanSquaredError,
    ]),
    [["a", 6, 0], ["b", 3, 0]],
  );
  assert.equal(scores.count, 9);
  // Two thirds of the shapes are the slice, an eighth of the grid.
  assertClose(
    [scores.occupied, scores.meanOccupancy, scores.fog],
    [(64 * 2 + 2) / 3 / CELLS, (64 * 2 + 1.25) / 3 / CELLS, 1 / 3 / CELLS],
    1e-12,
  );
  assertClose([scores.pieces, scores.largestPiece], [4 / 3, 2.5 / 3], 1e-12);
  const length = Math.hypot(2, 1) / 3; // two unit vectors one way, one across
  assertClose([scores.azimuthDeviation], [Math.sqrt(-2 * Math.log(length))], 1e-6);
});

Deno.test("scoreShapes() stops at the limit of each set", () => {
  const scores = scoreShapes(inference, sets, { threshold: THRESHOLD, limit: 3 });
  assert.equal(scores.count, 6);
  assertClose([scores.pieces], [1.5], 1e-12); // as many of each set
});

Deno.test("scoreShapes() draws voxels from the threshold on", () => {
  const { occupied, pieces } = scoreShapes(inference, sets, { threshold: 0.5 });
  assertClose([occupied], [(64 * 2 + 1) / 3 / CELLS], 1e-12);
  assert.equal(pieces, 1);
});

Deno.test("scoreShapes() leaves out cells that no image shows", () => {
  const bordered = {
    ...inference,
    border: 1,
    reconstruct(images: Float32Array): Reconstruction {
      const { occupancy, ...made } = inference.reconstruct(images);
      const inside = (8 + 1) * 8 + 1; // the cell (1, 1, 1) of grids of 8
      const grids = occupancy.map((_, cell) =>
        cell % CELLS === 0 || cell % CELLS === inside ? 1 : 0
      );
      return { ...made, occupancy: grids };
    },
  } as unknown as Inference;
  const { occupied, pieces } = scoreShapes(bordered, sets, { threshold: 0.5 });
  assertClose([occupied, pieces], [1 / 6 ** 3, 1], 1e-12);
});

Deno.test("scoreShapes() refuses a limit that leaves nothing", () => {
  assert.throws(() => scoreShapes(inference, sets, { threshold: 0.5, limit: 0 }), {
    name: "RangeError",
    message: "Cannot take unseen images: limit must be an integer >= 1, got 0",
  });
});

/** A run whose model is untrained. */
function untrainedRun(seed: number) {
  const run = handMadeRun();
  const snapshot = initialValues(createLearner(TINY).parameters, seed);
  return { ...run, checkpoint: { ...run.checkpoint, snapshot } };
}

Deno.test("studyRuns() uses each run's own model, reports progress and keeps no tensor", async () => {
  const runs = [untrainedRun(1), untrainedRun(2)];
  const done: number[] = [];
  const options = { threshold: THRESHOLD, limit: 4 };
  const before = tf.memory().numTensors;
  const studied = await studyRuns(runs, { ...options, onRun: (count) => done.push(count) });
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(done, [1, 2]);
  for (const [i, { run, scores, watched }] of studied.entries()) {
    assert.equal(run, runs[i]);
    using model = new Inference(TINY, run.checkpoint.snapshot);
    assert.deepEqual(watched, model.reconstruct(run.data.monitor.images));
    assert.deepEqual(scores.errors, evaluate(model, run.data.tests, options));
  }
  assert.notDeepEqual(studied[0]!.scores, studied[1]!.scores);
});
