import assert from "node:assert/strict";
import { createHit } from "@/show/plot/raycast.ts";
import { viewpoint } from "@/show/plot/viewpoint.ts";
import { createShader } from "@/show/plot/voxel_shader.ts";

const cells = { filled: new Uint8Array(8), counts: [2, 2, 2] as const };

/** The colour at the point (column, row, layer) of the face across `axis`. */
function colourAt(point: number[], cell: number[], axis: number, azimuth = 0): number[] {
  const hit = createHit();
  hit.axis = axis;
  hit.cell.set(cell);
  hit.point.set(point);
  const colour = new Float64Array(3);
  createShader(cells, viewpoint(azimuth, 0), 40)(hit, colour);
  return [...colour].map((value) => Math.round(value * 1e4) / 1e4);
}

// Seen head-on, the face across the layers has the light 0.62 + 0.38 * 0.9 = 0.962.
Deno.test("a shader shows position as colour: red right, green away, blue up", () => {
  const dark = 0.25 * 0.962;
  const bright = 0.75 * 0.962;
  const rounded = (values: number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);
  assert.deepEqual(colourAt([0.5, 1.5, 0], [0, 1, 0], 2), rounded([dark, dark, dark]));
  assert.deepEqual(colourAt([1.5, 1.5, 0], [1, 1, 0], 2), rounded([bright, dark, dark]));
  assert.deepEqual(colourAt([0.5, 1.5, 1], [0, 1, 1], 2), rounded([dark, bright, dark]));
  assert.deepEqual(colourAt([0.5, 0.5, 0], [0, 0, 0], 2), rounded([dark, dark, bright]));
});

Deno.test("a shader gives edges clip(2 * colour - 0.5, 0, 1)", () => {
  const light = 0.962;
  assert.deepEqual(colourAt([1.999, 1.5, 0], [1, 1, 0], 2), [light, 0, 0]);
});

Deno.test("a shader lights the left face of a corner more than the right one", () => {
  const left = colourAt([0, 0.5, 0.5], [0, 0, 0], 0, Math.PI / 4);
  const right = colourAt([0.5, 0.5, 0], [0, 0, 0], 2, Math.PI / 4);
  assert.ok(left[2]! > 1.15 * right[2]!, `left ${left}, right ${right}`);
});
