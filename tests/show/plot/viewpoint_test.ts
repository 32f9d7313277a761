import assert from "node:assert/strict";
import fc from "fast-check";
import { fittingScale, fittingSize, type Vector, viewpoint } from "@/show/plot/viewpoint.ts";

const angle = fc.double({ min: -7, max: 7, noNaN: true });
const elevation = fc.double({ min: -Math.PI / 2, max: Math.PI / 2, noNaN: true });
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const close = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-12);

Deno.test("viewpoint() looks along z, with x right and y up, at azimuth and elevation 0", () => {
  const { right, up, forward } = viewpoint(0, 0);
  assert.deepEqual([right, up, forward].map((v) => v.map((c) => c + 0)), [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

Deno.test("viewpoint() turns lines of sight as the projection's equation does", () => {
  fc.assert(fc.property(angle, angle, angle, (azimuth, x, z) => {
    const { right, forward } = viewpoint(azimuth, 0);
    const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
    close(x * right[0] + z * forward[0], x * cos + z * sin);
    close(x * right[2] + z * forward[2], -x * sin + z * cos);
  }));
});

Deno.test("viewpoint() gives three orthogonal directions of length 1", () => {
  fc.assert(fc.property(angle, elevation, (azimuth, elevation) => {
    const { right, up, forward } = viewpoint(azimuth, elevation);
    for (const v of [right, up, forward]) close(dot(v, v), 1);
    for (const [a, b] of [[right, up], [up, forward], [forward, right]] as const) {
      close(dot(a, b), 0);
    }
  }));
});

Deno.test("viewpoint() looks down from a raised camera", () => {
  const { forward, up } = viewpoint(0, Math.PI / 2);
  close(forward[1], -1); // straight down
  close(up[2], 1); // away from the viewer is up in the image
});

Deno.test("fittingScale() fits every corner of the cube into the bitmap, at any azimuth", () => {
  fc.assert(fc.property(angle, elevation, (azimuth, elevation) => {
    const scale = fittingScale(120, 84, elevation);
    const { right, up } = viewpoint(azimuth, elevation);
    for (const corner of [[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]] as const) {
      assert.ok(Math.abs(dot(corner, right)) * scale <= 60 + 1e-9);
      assert.ok(Math.abs(dot(corner, up)) * scale <= 42 + 1e-9);
    }
  }));
});

Deno.test("fittingSize() is even, and fittingScale() recovers the scale", () => {
  assert.deepEqual(fittingSize(42, 0), { width: 120, height: 84 });
  assert.equal(fittingScale(120, 84, 0), 42);
  const { width, height } = fittingSize(50, Math.PI / 6);
  assert.deepEqual([width % 2, height % 2], [0, 0]);
  assert.ok(fittingScale(width, height, Math.PI / 6) >= 50);
});
