import assert from "node:assert/strict";
import {
  box,
  capsule,
  ellipsoid,
  fillGrid,
  frustum,
  type Primitive,
  prism,
  ring,
} from "@/data/synthetic/primitives.ts";

/** Measures the fraction of a fine grid that the bodies fill. */
function volume(...bodies: Primitive[]): number {
  const size = 64;
  const voxels = new Uint8Array(size ** 3);
  fillGrid(voxels, size, bodies);
  return voxels.reduce((sum, value) => sum + value, 0) / size ** 3;
}

/** Bodies of known volume; the cube has volume 8. */
const BODIES: [string, Primitive, number][] = [
  ["box", box([-0.5, -0.25, -1], [0.5, 0.25, 0]), 1 * 0.5 * 1],
  ["ellipsoid", ellipsoid([0.1, 0, 0], [0.5, 0.8, 0.9]), 4 / 3 * Math.PI * 0.5 * 0.8 * 0.9],
  [
    "frustum",
    frustum({ bottom: -0.5, top: 0.5, bottomRadius: 0.3, topRadius: 0.9 }),
    Math.PI / 3 * (0.3 ** 2 + 0.3 * 0.9 + 0.9 ** 2),
  ],
  [
    "capsule",
    capsule([-0.3, -0.3, 0], [0.3, 0.3, 0.2], 0.4),
    Math.PI * 0.4 ** 2 * Math.hypot(0.6, 0.6, 0.2) + 4 / 3 * Math.PI * 0.4 ** 3,
  ],
  ["ring", ring([0, 0, 0], 0.6, 0.2), 2 * Math.PI ** 2 * 0.6 * 0.2 ** 2],
  ["prism along x", prism("x", [[-1, -1], [1, -1], [1, 1]], -0.5, 0.5), 2],
  ["prism along y", prism("y", [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], 0, 1), 1],
  ["prism along z", prism("z", [[-1, -1], [1, -1], [1, 1]], -0.5, 0.5), 2],
];

for (const [name, body, expected] of BODIES) {
  Deno.test(`fillGrid() gives a ${name} its volume`, () => {
    const found = 8 * volume(body);
    assert.ok(Math.abs(found - expected) < 0.04 * expected, `expected ${expected}, got ${found}`);
  });
}

Deno.test("fillGrid() puts x to the right, y up and z away from the viewer", () => {
  const voxels = new Uint8Array(4 ** 3);
  fillGrid(voxels, 4, [box([0.5, 0.5, -1], [1, 1, -0.5])]); // right, top, near
  assert.deepEqual([voxels.indexOf(1), voxels.lastIndexOf(1)], [3, 3]); // d = 0, h = 0, w = 3
});

Deno.test("fillGrid() lets later bodies override earlier ones, holes included", () => {
  const solid = box([-1, -1, -1], [1, 1, 1]);
  const hole = { ...box([0, -1, -1], [1, 1, 1]), isHole: true };
  assert.equal(volume(solid, hole), 0.5);
  assert.equal(volume(hole, solid), 1);
});

Deno.test("fillGrid() clips bodies to the grid", () => {
  assert.equal(volume(box([-3, -3, -3], [3, 3, 0])), 0.5);
});
