import assert from "node:assert/strict";
import fc from "fast-check";
import { meshOf } from "@/show/export/mesh.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";
import { assertClose } from "../../assert.ts";
import { assertManifold, ball, gridOf, volumeOf } from "./surfaces.ts";

/** One voxel of 4 x 4 x 4: of occupancy 1, so that at .5 its surface is its own six neighbours' border. */
function oneVoxel(layer: number, row: number, column: number): VoxelGrid {
  return gridOf(
    [4, 4, 4],
    (w, h, d) => w === column + 0.5 && h === row + 0.5 && d === layer + 0.5 ? 1 : 0,
  );
}

/** Mean of the vertices, three numbers each. */
function meanOf(vectors: Float32Array): number[] {
  return [0, 1, 2].map((axis) =>
    vectors.reduce((sum, value, i) => i % 3 === axis ? sum + value : sum, 0) * 3 / vectors.length
  );
}

Deno.test("meshOf() puts x to the right, y up and z towards the viewer, in a cube of 1 m", () => {
  const centre = (...cell: [number, number, number]) => meanOf(meshOf(oneVoxel(...cell)).positions);
  assertClose(centre(0, 0, 0), [-0.375, 0.375, 0.375], 1e-6); // near, top, left
  assertClose(centre(3, 3, 3), [0.375, -0.375, -0.375], 1e-6); // far, bottom, right
  assertClose(centre(0, 1, 3), [0.375, 0.125, 0.375], 1e-6);
});

Deno.test("meshOf() turns the front towards +z", () => {
  // From azimuth pi / 2 what is near at azimuth 0 is on the right: see the tests of drawVoxels().
  const { positions } = meshOf(oneVoxel(0, 1, 0), { front: Math.PI / 2 });
  assertClose(meanOf(positions), [0.375, 0.125, 0.375], 1e-6);
  const view = { width: 40, height: 40, azimuth: Math.PI / 2 };
  const { pixels } = drawVoxels(oneVoxel(0, 1, 0), view);
  const drawn = Array.from({ length: 1600 }, (_, i) => i).filter((i) => pixels[4 * i]! < 250);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const scale = 20 / Math.SQRT2; // pixels for half a side, 0.5 m
  assertClose(
    [mean(drawn.map((i) => i % 40 + 0.5 - 20)), mean(drawn.map((i) => 19.5 - Math.floor(i / 40)))],
    [0.375 * 2 * scale, 0.125 * 2 * scale],
    0.5,
  );
});

Deno.test("meshOf() colours by position: red right, green away, blue up", () => {
  const colour = (...cell: [number, number, number]) => meanOf(meshOf(oneVoxel(...cell)).colours);
  const near = meshOf(oneVoxel(1, 1, 2), { threshold: 0.5 }).colours;
  assertClose(meanOf(near), [0.625, 0.375, 0.625], 1e-6);
  assert.ok(colour(0, 3, 3)[0]! > 0.8, "right is red");
  assert.ok(colour(3, 3, 0)[1]! > 0.8, "away is green");
  assert.ok(colour(0, 0, 0)[2]! > 0.8, "up is blue");
});

Deno.test("meshOf() keeps the surface closed and outward, with unit normals that point out of a ball", () => {
  const grid = ball(8);
  const mesh = meshOf(grid, { threshold: 1, front: 0.7 });
  assertManifold(mesh);
  const [layers, rows, columns] = grid.size;
  const volume = 4 / 3 * Math.PI * 8 ** 3 / (layers * rows * columns);
  assertClose([volumeOf(mesh) / volume], [1], 0.011);
  // The grid is not as high as wide, so the ball becomes an ellipsoid; its normals still point out.
  for (let i = 0; i < mesh.positions.length; i += 3) {
    const [x, y, z] = mesh.positions.subarray(i, i + 3);
    const [u, v, w] = mesh.normals.subarray(i, i + 3);
    assert.ok(x! * u! + y! * v! + z! * w! > 0.9 * Math.hypot(x!, y!, z!));
  }
});

Deno.test("meshOf() has unit normals and colours in [0, 1] for any grid", () => {
  const grid = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 60,
    maxLength: 60,
  })
    .filter((occupancy) => occupancy.some((value) => value >= 0.5))
    .map((occupancy) => ({ occupancy, size: [3, 4, 5] as const }));
  fc.assert(
    fc.property(grid, fc.double({ min: -4, max: 4, noNaN: true }), (grid, front) => {
      const { normals, colours } = meshOf(grid, { threshold: 0.5, front });
      for (let i = 0; i < normals.length; i += 3) {
        const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
        assert.ok(Math.abs(length - 1) < 1e-5, String(length));
      }
      assert.ok(colours.every((value) => value >= 0 && value <= 1));
    }),
    { numRuns: 200 },
  );
});
