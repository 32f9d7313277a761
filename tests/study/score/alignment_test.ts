import assert from "node:assert/strict";
import {
  alignedCells,
  alignInView,
  alignSolids,
  solidAt,
  type Solids,
  turnsInView,
} from "@/study/score/alignment.ts";
import { intersectionOverUnion } from "@/study/score/overlap.ts";
import { type Turn, turnAzimuth, turnGrid } from "@/study/score/turn.ts";
import { assertClose } from "../../assert.ts";
import { trueSolids } from "./solids.ts";

const [SIZE, MODEL_SIZE, COUNT] = [15, 14, 6] as const; // half the sizes of chairs and model
const TRUTH = trueSolids(COUNT, SIZE);

/** A perfect model's prediction, in a frame turned against the truth's object by object. */
function perfect(turnOf: (item: number) => Turn): Solids {
  const occupancy = new Float32Array(COUNT * MODEL_SIZE ** 3);
  const azimuths = new Float32Array(COUNT);
  for (let item = 0; item < COUNT; item++) {
    const solid = solidAt(TRUTH, item);
    const turned = turnGrid(solid, { size: SIZE, newSize: MODEL_SIZE }, turnOf(item));
    occupancy.set(turned, item * MODEL_SIZE ** 3);
    azimuths[item] = turnAzimuth(TRUTH.azimuths[item]!, turnOf(item));
  }
  return { size: MODEL_SIZE, occupancy, azimuths };
}

function meanOverlap(predicted: Solids, alignment: ReturnType<typeof alignSolids>): number {
  const occupancy = alignedCells(predicted, alignment, SIZE);
  const aligned = { size: SIZE, occupancy };
  let sum = 0;
  for (let item = 0; item < COUNT; item++) {
    sum += intersectionOverUnion(solidAt(aligned, item), solidAt(TRUTH, item));
  }
  return sum / COUNT;
}

// Resampling from 15 cells to 14 and back blurs the surface of objects that are a few cells thick.
const NEARLY_ONE = 0.85;

Deno.test("alignSolids() leaves a perfect model unturned", () => {
  const predicted = perfect(() => ({ offset: 0, isMirrored: false }));
  const alignment = alignSolids(predicted, TRUTH);
  assert.deepEqual(alignment.turnOf(3), { offset: 0, isMirrored: false });
  assert.ok(alignment.overlap > 0.93, `${alignment.overlap}`);
});

Deno.test("alignSolids() undoes one turn of all objects, mirrored or not", () => {
  for (const isMirrored of [false, true]) {
    const predicted = perfect(() => ({ offset: 1.3, isMirrored }));
    const alignment = alignSolids(predicted, TRUTH);
    assert.ok(alignment.overlap > NEARLY_ONE, `${alignment.overlap}`);
    assertClose([alignment.overlap], [meanOverlap(predicted, alignment)], 1e-12);
    const { offset, isMirrored: isFoundMirrored } = alignment.turnOf(0);
    assert.equal(isFoundMirrored, isMirrored);
    for (let item = 0; item < COUNT; item++) { // azimuths are right after the same turn
      const azimuth = turnAzimuth(predicted.azimuths[item]!, { offset, isMirrored });
      const error = Math.abs(Math.sin((azimuth - TRUTH.azimuths[item]!) / 2));
      assert.ok(error <= Math.PI / 72, `${error}: a step of 5 degrees`);
    }
  }
});

Deno.test("alignInView() undoes turns of single objects, by their azimuths; alignSolids() does not", () => {
  const predicted = perfect((item) => ({ offset: item * 2.4, isMirrored: false }));
  assert.ok(alignSolids(predicted, TRUTH).overlap < 0.5);
  const inView = alignInView(predicted, TRUTH);
  assert.ok(inView.overlap > NEARLY_ONE, `${inView.overlap}`);
  assertClose([inView.overlap], [meanOverlap(predicted, inView)], 1e-12);
  assert.equal(inView.turnOf(0).isMirrored, false);
});

Deno.test("alignInView() detects a reversed depth", () => {
  const predicted = perfect((item) => ({ offset: item * 2.4, isMirrored: true }));
  const inView = alignInView(predicted, TRUTH);
  assert.ok(inView.overlap > NEARLY_ONE, `${inView.overlap}`);
  assert.equal(inView.turnOf(0).isMirrored, true);
  assert.deepEqual(inView.turnOf(2), turnsInView(predicted, TRUTH, true)(2));
});

Deno.test("alignSolids() finds the threshold at which soft solids are right", () => {
  const { offset, isMirrored } = { offset: 0, isMirrored: false };
  const soft = perfect(() => ({ offset, isMirrored })).occupancy as Float32Array;
  const faint = {
    ...perfect(() => ({ offset, isMirrored })),
    occupancy: soft.map((value) => value / 4),
  };
  const { threshold, overlap } = alignSolids(faint, TRUTH);
  assert.ok(threshold < 0.25 && overlap > 0.93, `${threshold}, ${overlap}`);
});

Deno.test("alignSolids() and alignInView() refuse different numbers of objects", () => {
  const one = trueSolids(1, 4);
  const error = {
    name: "RangeError",
    message: "Cannot align shapes: predicted and truth must have the same count, at least 1, " +
      "got 1 and 2",
  };
  assert.throws(() => alignSolids(one, trueSolids(2, 4)), error);
  assert.throws(() => alignInView(one, trueSolids(2, 4)), error);
});
