import assert from "node:assert/strict";
import fc from "fast-check";
import { extractSurface } from "@/show/export/surface.ts";
import { assertClose } from "../../assert.ts";
import { assertManifold, ball, eulerCharacteristic, gridOf, volumeOf } from "./surfaces.ts";

// Occupancy 1 falls to 0 over one voxel, so .25 is three quarters of a voxel from the centre.
Deno.test("extractSurface() makes one voxel an octahedron around its centre", () => {
  const grid = gridOf(
    [2, 3, 4],
    (column, row, layer) => column === 2.5 && row === 1.5 && layer === 0.5 ? 1 : 0,
  );
  const surface = extractSurface(grid, 0.25);
  const vertices = Array.from(
    { length: 6 },
    (_, i) => [...surface.positions.slice(3 * i, 3 * i + 3)],
  );
  const expected = [[1.75, 1.5, 0.5], [3.25, 1.5, 0.5], [2.5, 0.75, 0.5], [2.5, 2.25, 0.5]];
  expected.push([2.5, 1.5, -0.25], [2.5, 1.5, 1.25]);
  assert.deepEqual(vertices.toSorted(), expected.toSorted());
  assert.equal(surface.triangles.length, 3 * 8);
  assertManifold(surface);
  assertClose([volumeOf(surface)], [4 / 3 * 0.75 ** 3], 1e-6); // an octahedron's; > 0: outwards
});

Deno.test("extractSurface() of a ball has the ball's volume, and is a sphere", () => {
  for (const radius of [5, 9]) {
    const surface = extractSurface(ball(radius), 1);
    assertManifold(surface);
    assert.equal(eulerCharacteristic(surface), 2);
    const share = volumeOf(surface) / (4 / 3 * Math.PI * radius ** 3);
    // Flat triangles cut off a share that shrinks with the square of the radius.
    assert.ok(share < 1 && share > 1 - 0.7 / radius ** 2, String(share));
    for (let i = 0; i < surface.positions.length; i += 3) {
      const [column, row, layer] = surface.positions.subarray(i, i + 3);
      const distance = Math.hypot(column! - 13, row! - 12, layer! - 11);
      assert.ok(Math.abs(distance - radius) < 0.03, `${distance} against ${radius}`);
    }
  }
});

Deno.test("extractSurface() finds the hole of a ring and the parts of a pair", () => {
  const ring = gridOf(
    [10, 24, 24],
    (column, row, layer) =>
      Math.max(0, 4 - Math.hypot(Math.hypot(column - 12, row - 12) - 7, layer - 5)),
  );
  const surface = extractSurface(ring, 1);
  assertManifold(surface);
  assert.equal(eulerCharacteristic(surface), 0);
  const pair = extractSurface(gridOf([1, 1, 3], (column) => column === 1.5 ? 0 : 1), 0.5);
  assert.equal(eulerCharacteristic(pair), 4);
});

// Half of all neighbours differ in random grids, so all ambiguous faces and cubes occur.
Deno.test("extractSurface() is closed and manifold for any grid, also at values equal to the threshold", () => {
  const value = fc.constantFrom(0, 0.2, 0.5, 0.7, 2);
  const grid = fc.array(value, { minLength: 60, maxLength: 60 })
    .filter((occupancy) => occupancy.some((value) => value >= 0.5))
    .map((occupancy) => ({ occupancy, size: [3, 4, 5] as const }));
  fc.assert(
    fc.property(grid, (grid) => {
      const surface = extractSurface(grid, 0.5);
      assertManifold(surface);
      assert.ok(volumeOf(surface) > 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("extractSurface() says which threshold would give a surface", () => {
  const grid = gridOf([1, 1, 2], (column) => column / 64);
  assert.throws(() => extractSurface(grid, 0.1), {
    name: "RangeError",
    message: "Cannot extract a surface: threshold must be at most 0.0234375, the " +
      "highest occupancy, got 0.1; lower the threshold",
  });
  assert.throws(() => extractSurface(grid, 0), {
    name: "RangeError",
    message: "Cannot extract a surface: threshold must be a number > 0, got 0",
  });
});

Deno.test("extractSurface() refuses an occupancy of another size, and one that is not finite", () => {
  assert.throws(() => extractSurface({ occupancy: [1], size: [1, 2, 3] }, 0.1), {
    name: "TypeError",
    message: "Cannot extract a surface: occupancy must have 1 * 2 * 3 = 6 finite values, got 1",
  });
  assert.throws(() => extractSurface({ occupancy: [1, NaN], size: [1, 1, 2] }, 0.1), {
    name: "TypeError",
    message: "Cannot extract a surface: occupancy must have 1 * 1 * 2 = 2 finite values, got NaN",
  });
});
