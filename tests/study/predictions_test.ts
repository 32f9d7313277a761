import assert from "node:assert/strict";
import {
  bestExtrusionDepth,
  predictionOf,
  predictionOfExtrusion,
  predictionOfModel,
  predictionOfNearest,
  predictionOfRevolution,
} from "@/study/predictions.ts";
import { createRandom } from "@/engine/random.ts";
import { itemAt } from "@/engine/shapes.ts";
import { fillHidden } from "@/render/hidden.ts";
import { Inference } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { solidAt } from "@/study/score/alignment.ts";
import { viewAt } from "@/study/score/views_around.ts";
import { viewsAround } from "@/study/ground_truth.ts";
import { assertClose } from "../assert.ts";
import { gridOf, trueSolids } from "./score/solids.ts";
import { TINY } from "../tiny.ts";
import { imagesOf, roughWeights, setOf } from "./known.ts";

Deno.test("predictionOfModel() renders, from its own azimuths, what the model renders", () => {
  const { imageSize } = TINY;
  const objects = imagesOf(trueSolids(6, 9), imageSize); // more than a batch of four
  using inference = new Inference(TINY, initialValues(createLearner(TINY).parameters, 1));
  const prediction = predictionOfModel(inference, objects);
  assert.ok(prediction.occupancy.every((value) => value > 0 && value < 1));
  const views = viewsAround(prediction, imageSize);
  const { rendering, azimuth } = inference.reconstruct(objects.images);
  assert.deepEqual(prediction.azimuths, azimuth);
  for (let item = 0; item < 6; item++) {
    const expected = rendering.subarray(item * imageSize ** 2, (item + 1) * imageSize ** 2);
    assertClose(viewAt(views, item, 0), expected, 1e-4);
  }
});

Deno.test("predictionOf() cuts off what no image shows, and renders as the model does", () => {
  const config = configWith("quick", { method: "searched", filters: 32, batchSize: 4 });
  using inference = new Inference(config, initialValues(createLearner(config).parameters, 1));
  assert.deepEqual([inference.gridSize, inference.border, inference.opacity], [32, 2, undefined]);
  // Cells of any occupancy, so near the axis that none leaves the images as it turns.
  const random = createRandom(1);
  const cells = gridOf(32, (d, _, w) => Math.hypot(d - 15.5, w - 15.5) < 13);
  const occupancy = Float32Array.from(
    { length: 3 * 32 ** 3 },
    (_, i) => cells[i % 32 ** 3]! * random.uniform() ** 2,
  );
  const azimuth = Float32Array.of(0, 1, 4);
  const prediction = predictionOf(inference, { occupancy, azimuth });
  assert.deepEqual([prediction.size, prediction.occupancy.length], [28, 3 * 28 ** 3]);
  assert.equal(
    prediction.occupancy[((2 * 28 + 3) * 28 + 11) * 28 + 20],
    occupancy[((2 * 32 + 5) * 32 + 13) * 32 + 22],
  );
  const expected = inference.render(occupancy, azimuth);
  const views = viewsAround(prediction, 28);
  for (let item = 0; item < 3; item++) {
    assertClose(viewAt(views, item, 0), itemAt(expected, item, 28 ** 2), 1e-4);
  }
  assert.equal(predictionOf({ gridSize: 32 }, { occupancy, azimuth }).occupancy, occupancy);
});

Deno.test("predictionOfModel() takes free poses by slot, not by image", () => {
  const objects = imagesOf(trueSolids(8, 9), TINY.imageSize);
  using inference = new Inference(TINY, initialValues(createLearner(TINY).parameters, 1));
  const { azimuths } = predictionOfModel(inference, objects);
  assert.deepEqual(azimuths.slice(4), azimuths.slice(0, 4), "slots of a batch of four");
});

Deno.test("predictionOfModel() fills what no level view shows, and still renders what the model made", () => {
  const { imageSize } = TINY;
  const objects = imagesOf(trueSolids(3, 9), imageSize);
  using inference = new Inference(TINY, roughWeights());
  const plain = predictionOfModel(inference, objects);
  assert.equal(plain.unfilled, undefined);
  const solid = predictionOfModel(inference, objects, { isSolid: true });
  assert.deepEqual(solid.unfilled, plain.occupancy);
  const size: [number, number, number] = [imageSize, imageSize, imageSize];
  for (let item = 0; item < 3; item++) {
    const filled = fillHidden({ occupancy: solidAt(plain, item), size }).occupancy;
    assert.deepEqual(solidAt(solid, item), filled);
    assert.notDeepEqual(filled, solidAt(plain, item));
  }
  assert.deepEqual(viewsAround(solid, imageSize), viewsAround(plain, imageSize));
});

/** Plates of one depth, seen from the front or the back. */
function plates(size: number, depth: number) {
  const plate = gridOf(
    size,
    (d, h, w) => Math.abs(2 * d + 1 - size) < depth && h > 2 && w > 1 && w < size - 2,
  );
  const occupancy = Uint8Array.from([...plate, ...plate]);
  return imagesOf({ size, occupancy, azimuths: Float32Array.of(0, Math.PI) }, size);
}

Deno.test("bestExtrusionDepth() finds the depth of plates", () => {
  assert.deepEqual([2, 4, 8].map((depth) => bestExtrusionDepth(plates(10, depth))), [2, 4, 8]);
});

Deno.test("predictionOfExtrusion() and predictionOfRevolution() are in the viewer's frame", () => {
  const objects = plates(10, 4);
  const extruded = predictionOfExtrusion(objects, 4);
  assert.deepEqual(solidAt(extruded, 1), solidAt(objects.truth, 0));
  for (const prediction of [extruded, predictionOfRevolution(objects)]) {
    assert.deepEqual([...prediction.azimuths], [0, 0]);
    assert.equal(prediction.size, 10);
    const seen = viewAt(viewsAround(prediction, 10), 0, 0);
    assertClose(seen, objects.images.subarray(0, 100), 0.02);
  }
});

Deno.test("predictionOfNearest() gives the object of the most similar training image", () => {
  const training = imagesOf(trueSolids(5, 15), 14);
  const [chosen, area] = [3, 14 ** 2];
  const objects = {
    ...training,
    images: training.images.slice(chosen * area, (chosen + 1) * area).map((value) => value * 0.9),
  };
  const set = setOf(training);
  const prediction = predictionOfNearest(objects, set);
  assert.deepEqual(prediction.occupancy, solidAt(training.truth, chosen));
  assert.deepEqual([...prediction.azimuths], [training.truth.azimuths[chosen]]);
  // The same images, as if all of them showed two objects.
  const truth = { ...set.truth, objects: Uint32Array.of(0, 0, 1, 1, 1) };
  const shared = predictionOfNearest(objects, { ...set, truth });
  assert.deepEqual(shared.occupancy, solidAt(training.truth, 1));
  assert.deepEqual(shared.azimuths, prediction.azimuths);
});
