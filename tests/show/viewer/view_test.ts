import assert from "node:assert/strict";
import { packScene } from "@/show/viewer/scene.ts";
import { captionOf, changed, firstView, scaleOf, uniformsOf } from "@/show/viewer/view.ts";
import { fittingScale } from "@/show/plot/viewpoint.ts";
import { assertClose } from "../../assert.ts";

const SCENE = packScene([
  { label: "step 0", grid: { occupancy: new Float32Array(24).fill(1), size: [2, 3, 4] } },
  {
    label: "step 50",
    front: 1,
    grid: { occupancy: new Float32Array(24).fill(1), size: [2, 3, 4] },
  },
]);
const FIRST = firstView(SCENE);

Deno.test("firstView() is the last frame at the poster's viewpoint", () => {
  assert.deepEqual(FIRST, {
    azimuth: 0,
    elevation: Math.PI / 6,
    zoom: 1,
    level: SCENE.level,
    frame: 1,
  });
});

Deno.test("changed() applies a change within the bounds", () => {
  assert.deepEqual(changed(FIRST, { frame: 0, level: 9 }), { ...FIRST, frame: 0, level: 9 });
  assert.equal(changed(FIRST, { elevation: 9 }).elevation, Math.PI / 2);
  assert.equal(changed(FIRST, { elevation: -9 }).elevation, -Math.PI / 2);
  assert.deepEqual([changed(FIRST, { zoom: 99 }).zoom, changed(FIRST, { zoom: 0 }).zoom], [8, 0.5]);
  assertClose([changed(FIRST, { azimuth: 5 * Math.PI }).azimuth], [Math.PI], 1e-12);
});

Deno.test("captionOf() counts degrees from the front, from 0 to 359", () => {
  const view = changed(FIRST, { azimuth: -0.1, elevation: -Math.PI / 4 });
  assert.equal(captionOf(SCENE, view), "step 50 · 354° · elevation -45°");
});

Deno.test("scaleOf() is the figures' scale at every elevation", () => {
  const { width, height } = SCENE;
  for (const elevation of [0, 0.6, -0.955, Math.PI / 2]) {
    assertClose([fittingScale(width, height, elevation)], [scaleOf(FIRST, width)], 1e-9);
  }
});

// From the front (1 rad), turned back by 1: x is right, y up, z away; rows count against y.
Deno.test("uniformsOf() gives the camera along columns, rows and layers, and no zero", () => {
  const view = changed(FIRST, { azimuth: -1, elevation: 0 });
  const { right, up, forward, scale, level } = uniformsOf(SCENE, view, 320, 2);
  assertClose(right!, [2, 0, 0], 1e-5);
  assertClose(up!, [0, -1.5, 0], 1e-5);
  assertClose(forward!, [0, 0, 1], 1e-5);
  for (const component of [right!, up!, forward!].flat()) assert.notEqual(component, 0);
  assertClose(scale!, [320 / Math.SQRT2], 1e-9);
  assert.deepEqual(level, [SCENE.level]);
});
