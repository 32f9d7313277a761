import assert from "node:assert/strict";
import { chamferDistance, surfaceOf } from "@/study/score/chamfer.ts";
import { assertClose } from "../../assert.ts";
import { ball, boxWithPost, gridOf } from "./solids.ts";

Deno.test("surfaceOf() takes the shell of a cube, also at the grid's border", () => {
  const count = (solid: Uint8Array, size: number) =>
    surfaceOf(solid, size).reduce((sum, cell) => sum + cell, 0);
  assert.equal(count(gridOf(6, (d, h, w) => [d, h, w].every((i) => i >= 1 && i <= 4)), 6), 64 - 8);
  assert.equal(count(new Uint8Array(64).fill(1), 4), 64 - 8);
  assert.equal(count(new Uint8Array(64), 4), 0);
});

Deno.test("chamferDistance() of two plates is the gap between them", () => {
  const plate = (layer: number) => gridOf(8, (d) => d === layer);
  assertClose([chamferDistance(plate(1), plate(4), 8)], [3 / 8], 1e-12);
});

Deno.test("chamferDistance() averages both directions", () => {
  const one = gridOf(5, (d, h, w) => d === 2 && h === 2 && w === 0);
  const two = gridOf(5, (d, h, w) => d === 2 && h === 2 && (w === 0 || w === 4));
  // One direction gives 0, the other 0 and 4: their mean is 2.
  assertClose([chamferDistance(one, two, 5)], [(0 + 2) / 2 / 5], 1e-12);
});

Deno.test("chamferDistance() is symmetric, and 0 for equal solids", () => {
  const [a, b] = [boxWithPost(12), ball(12, 4)];
  assert.equal(chamferDistance(a, b, 12), chamferDistance(b, a, 12));
  assert.ok(chamferDistance(a, b, 12) > 0.03);
  assert.equal(chamferDistance(a, a, 12), 0);
});

Deno.test("chamferDistance() is the diagonal if one solid is empty, 0 if both are", () => {
  const empty = new Uint8Array(12 ** 3);
  assert.equal(chamferDistance(empty, ball(12, 4), 12), Math.sqrt(3));
  assert.equal(chamferDistance(ball(12, 4), empty, 12), Math.sqrt(3));
  assert.equal(chamferDistance(empty, empty, 12), 0);
});

Deno.test("surfaceOf() and chamferDistance() refuse grids of another size", () => {
  const error = {
    name: "TypeError",
    message: "Cannot find a surface: solid must have 2^3 = 8 values, got 1",
  };
  assert.throws(() => surfaceOf([1], 2), error);
  assert.throws(() => chamferDistance(new Uint8Array(8), [1], 2), error);
});
