import assert from "node:assert/strict";
import fc from "fast-check";
import { projectVoxels } from "@/render/project.ts";
import { type Turn, turnAzimuth, turnBetween, turnGrid } from "@/study/score/turn.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";
import { boxWithPost } from "./solids.ts";

const QUARTER = Math.PI / 2;

/** The renderer's image of a grid. */
function imageOf(grid: ArrayLike<number>, size: number, azimuth: number): Float32Array {
  return tf.tidy(() => {
    const occupancy = tf.tensor4d(Float32Array.from(grid), [1, size, size, size]);
    return projectVoxels(occupancy, tf.tensor1d([azimuth])).dataSync() as Float32Array;
  });
}

/** A smooth bump off the centre, which resampling hardly changes. */
function bump(size: number): Float32Array {
  const at = (i: number) => (2 * i + 1) / size - 1;
  return Float32Array.from({ length: size ** 3 }, (_, i) => {
    const [d, h, w] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    const squared = (at(w) - 0.3) ** 2 + (at(h) - 0.1) ** 2 + (at(d) + 0.2) ** 2;
    return Math.exp(-squared / 0.08);
  });
}

Deno.test("turnGrid() moves cells by the equation", () => {
  const cell = new Float32Array(27);
  cell[1 * 3 + 1] = 1; // d = 0, h = 1, w = 1: the middle of the near side
  const placeAfter = (offset: number, isMirrored: boolean) =>
    turnGrid(cell, { size: 3, newSize: 3 }, { offset, isMirrored })
      .findIndex((value) => value > 0.99);
  assert.equal(placeAfter(0, false), 1 * 3 + 1);
  assert.equal(placeAfter(QUARTER, false), 9 + 3 + 0, "to the left");
  assert.equal(placeAfter(2 * QUARTER, false), 18 + 3 + 1, "to the far side");
  assert.equal(placeAfter(0, true), 18 + 3 + 1, "near and far changed places");
});

Deno.test("turnGrid() and turnAzimuth() agree with the renderer: images do not change", () => {
  const size = 8;
  const grid = boxWithPost(size);
  for (const isMirrored of [false, true]) {
    for (const quarters of [0, 1, 2, 3]) {
      const turn: Turn = { offset: quarters * QUARTER, isMirrored };
      const turned = turnGrid(grid, { size, newSize: size }, turn);
      for (const azimuth of [0, QUARTER, 3 * QUARTER]) {
        const before = imageOf(grid, size, azimuth);
        assertClose(imageOf(turned, size, turnAzimuth(azimuth, turn)), before, 1e-4);
      }
    }
  }
});

Deno.test("turnGrid() agrees with the renderer at any angle and another size", () => {
  const [size, newSize] = [20, 24];
  for (const isMirrored of [false, true]) {
    const turn: Turn = { offset: 0.7, isMirrored };
    const turned = turnGrid(bump(size), { size, newSize: size }, turn);
    const azimuth = turnAzimuth(1.1, turn);
    // Resampling flattens the bump's peak by a few hundredths; a wrong turn would be off by 0.9.
    assertClose(imageOf(turned, size, azimuth), imageOf(bump(size), size, 1.1), 0.03);
    const larger = turnGrid(bump(size), { size, newSize }, turn);
    assertClose(larger, turnGrid(bump(newSize), { size: newSize, newSize }, turn), 0.08);
  }
});

Deno.test("turnGrid() changes nothing without a turn, nor by four quarter turns", () => {
  const sides = { size: 6, newSize: 6 };
  const grid = Float32Array.from(boxWithPost(6));
  assertClose(turnGrid(grid, sides, { offset: 0, isMirrored: false }), grid, 1e-6);
  let turned: ArrayLike<number> = grid;
  for (let i = 0; i < 4; i++) {
    turned = turnGrid(turned, sides, { offset: QUARTER, isMirrored: false });
  }
  assertClose(turned, grid, 1e-5);
});

Deno.test("turnBetween() gives the turn from one azimuth to the other", () => {
  const angle = fc.double({ min: -7, max: 7, noNaN: true });
  fc.assert(
    fc.property(angle, angle, fc.boolean(), (from, to, isMirrored) => {
      assertClose([turnAzimuth(from, turnBetween(from, to, isMirrored))], [to], 1e-12);
    }),
    { seed: 1 },
  );
});

Deno.test("turnGrid() refuses a grid of another size", () => {
  const turn = { offset: 0, isMirrored: false };
  assert.throws(() => turnGrid([1, 2, 3], { size: 2, newSize: 2 }, turn), {
    name: "TypeError",
    message: "Cannot turn a grid: grid must have 2^3 = 8 values, got 3",
  });
});
