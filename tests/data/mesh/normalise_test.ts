import assert from "node:assert/strict";
import * as fc from "fast-check";
import { normaliseMesh } from "@/data/mesh/normalise.ts";
import { assertClose } from "../../assert.ts";
import { boxMesh } from "./meshes.ts";

Deno.test("normaliseMesh() maps z up to y up and y to z away", () => {
  // One needle along each file axis, from one point.
  const positions = Float32Array.of(0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 10);
  const triangles = Uint32Array.of(0, 1, 2, 0, 2, 3);
  const { positions: turned } = normaliseMesh({ positions, triangles });
  const scale = 0.9 / 5; // half the height; the radius, hypot(1, 2), is smaller
  const expected = [-1, -5, -2, 1, -5, -2, -1, -5, 2, -1, 5, -2].map((value) => value * scale);
  assertClose(turned, expected, 1e-6);
});

Deno.test("normaliseMesh() fits every mesh into the cylinder that stays in the image at every azimuth", () => {
  const place = fc.float({ min: -100, max: 100, noNaN: true });
  fc.assert(fc.property(fc.array(place, { minLength: 9, maxLength: 30 }), (values) => {
    const positions = Float32Array.from(values.slice(0, values.length - values.length % 3));
    const count = positions.length / 3;
    const triangles = Uint32Array.from({ length: 3 * count }, (_, i) => i % count);
    fc.pre(new Set(positions.map(Math.round)).size > 3);
    const turned = normaliseMesh({ positions, triangles }).positions;
    let farthest = 0;
    for (let at = 0; at < turned.length; at += 3) {
      const radius = Math.hypot(turned[at]!, turned[at + 2]!);
      farthest = Math.max(farthest, radius, Math.abs(turned[at + 1]!));
    }
    assert.ok(Math.abs(farthest - 0.9) < 1e-4, `${farthest}`);
  }));
});

Deno.test("normaliseMesh() ignores corners without a triangle", () => {
  const box = boxMesh([[[0, 0, 0], [1, 2, 3]]]);
  const stray = { ...box, positions: Float32Array.of(...box.positions, 1e6, 0, 0) };
  const expected = normaliseMesh(box).positions;
  assert.deepEqual(normaliseMesh(stray).positions.subarray(0, expected.length), expected);
});

Deno.test("normaliseMesh() refuses a mesh that is one point", () => {
  const positions = Float32Array.of(1, 2, 3, 1, 2, 3, 1, 2, 3, 8, 8, 8);
  assert.throws(() => normaliseMesh({ positions, triangles: Uint32Array.of(0, 1, 2) }), {
    name: "RangeError",
    message: "Cannot normalise a mesh: its corners must not coincide, got all at 1, 2, 3",
  });
});
