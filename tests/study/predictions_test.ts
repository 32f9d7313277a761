import assert from "node:assert/strict";
import {
  bestExtrusionDepth,
  claimOfExtrusion,
  claimOfModel,
  claimOfNearest,
  claimOfRevolution,
} from "@/study/predictions.ts";
import { Inference } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { createModel } from "@/method/vae.ts";
import { solidAt } from "@/study/score/alignment.ts";
import { viewAt } from "@/study/score/views.ts";
import { viewsAround } from "@/study/ground_truth.ts";
import { assertClose } from "../assert.ts";
import { gridOf, trueSolids } from "./score/solids.ts";
import { TINY } from "../tiny.ts";
import { picturesOf } from "./known.ts";

Deno.test("claimOfModel() renders, from its own azimuths, what the model renders", () => {
  const { imageSize } = TINY;
  const objects = picturesOf(trueSolids(6, 9), imageSize); // more than a batch of four
  using inference = new Inference(TINY, initialValues(createModel(TINY).parameters, 1));
  const claim = claimOfModel(inference, TINY, objects);
  assert.ok(claim.occupancy.every((value) => value > 0 && value < 1));
  const views = viewsAround(claim, imageSize);
  const { rendering, pose } = inference.reconstruct(objects.images);
  assertClose(claim.azimuths, pose.map((s) => (s + 1) * Math.PI), 1e-6);
  for (let item = 0; item < 6; item++) {
    const expected = rendering.subarray(item * imageSize ** 2, (item + 1) * imageSize ** 2);
    assertClose(viewAt(views, item, 0), expected, 1e-4);
  }
});

Deno.test("claimOfModel() gives free poses by the slot, not by the picture", () => {
  const objects = picturesOf(trueSolids(8, 9), TINY.imageSize);
  using inference = new Inference(TINY, initialValues(createModel(TINY).parameters, 1));
  const { azimuths } = claimOfModel(inference, TINY, objects);
  assert.deepEqual(azimuths.slice(4), azimuths.slice(0, 4), "slots of a batch of four");
});

/** Plates of one depth, seen from the front or from behind. */
function plates(size: number, depth: number) {
  const plate = gridOf(
    size,
    (d, h, w) => Math.abs(2 * d + 1 - size) < depth && h > 2 && w > 1 && w < size - 2,
  );
  const occupancy = Uint8Array.from([...plate, ...plate]);
  return picturesOf({ size, occupancy, azimuths: Float32Array.of(0, Math.PI) }, size);
}

Deno.test("bestExtrusionDepth() finds how deep plates are", () => {
  assert.deepEqual([2, 4, 8].map((depth) => bestExtrusionDepth(plates(10, depth))), [2, 4, 8]);
});

Deno.test("claimOfExtrusion() and claimOfRevolution() are in the frame of the viewer", () => {
  const objects = plates(10, 4);
  const extruded = claimOfExtrusion(objects, 4);
  assert.deepEqual(solidAt(extruded, 1), solidAt(objects.truth, 0));
  for (const claim of [extruded, claimOfRevolution(objects)]) {
    assert.deepEqual([...claim.azimuths], [0, 0]);
    assert.equal(claim.size, 10);
    const seen = viewAt(viewsAround(claim, 10), 0, 0);
    assertClose(seen, objects.images.subarray(0, 100), 0.02);
  }
});

Deno.test("claimOfNearest() gives what the most similar training picture shows", () => {
  const training = picturesOf(trueSolids(5, 15), 14);
  const [chosen, area] = [3, 14 ** 2];
  const objects = {
    ...training,
    images: training.images.slice(chosen * area, (chosen + 1) * area).map((value) => value * 0.9),
  };
  const claim = claimOfNearest(objects, training);
  assert.deepEqual(claim.occupancy, solidAt(training.truth, chosen));
  assert.deepEqual([...claim.azimuths], [training.truth.azimuths[chosen]]);
});
