import assert from "node:assert/strict";
import { normaliseMesh } from "@/data/mesh/normalise.ts";
import type { Mesh } from "@/data/formats/off.ts";
import { rasteriseMesh } from "@/data/mesh/rasterise.ts";
import { assertClose } from "../../assert.ts";
import { boxMesh, CHAIR } from "./meshes.ts";

/** A rectangle in the xy plane, with different depths on the left and the right. */
function rectangle(left: number, right: number, zLeft: number, zRight: number): Mesh {
  const corners = [left, -0.5, zLeft, right, -0.5, zRight, right, 0.5, zRight, left, 0.5, zLeft];
  return { positions: Float32Array.from(corners), triangles: Uint32Array.of(0, 1, 2, 0, 2, 3) };
}

Deno.test("rasteriseMesh() renders surfaces facing the camera white and the background black", () => {
  const image = rasteriseMesh(rectangle(-0.5, 0.5, 0, 0), 0, 4);
  const expected = [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0];
  assertClose(image, expected, 1e-6);
});

Deno.test("rasteriseMesh() makes a pixel as bright as its covered fraction", () => {
  const image = rasteriseMesh(rectangle(-0.5, 0.25, 0, 0), 0, 4);
  assertClose(image.subarray(4, 8), [0, 1, 0.5, 0], 1e-6);
});

Deno.test("rasteriseMesh() darkens slopes by the cosine, on either side", () => {
  // A slope of 60 degrees has cosine 0.5.
  const depth = Math.sqrt(3) * 0.5;
  const expected = [0, 0.65, 0.65, 0]; // 0.3 + 0.7 * 0.5
  const slope = rectangle(-0.5, 0.5, -depth, depth);
  const back = { ...slope, triangles: slope.triangles.toReversed() };
  for (const mesh of [slope, back]) {
    assertClose(rasteriseMesh(mesh, 0, 4).subarray(4, 8), expected, 1e-5);
  }
});

Deno.test("rasteriseMesh() hides occluded triangles, in any order", () => {
  const near = rectangle(-0.5, 0.5, -0.2, -0.2);
  const far = rectangle(-0.5, 0.5, 0.2, 0.9); // a slope: darker
  for (const [first, second] of [[near, far], [far, near]] as const) {
    const mesh = {
      positions: Float32Array.of(...first.positions, ...second.positions),
      triangles: Uint32Array.of(...first.triangles, ...second.triangles.map((i) => i + 4)),
    };
    assertClose(rasteriseMesh(mesh, 0, 4).subarray(4, 8), [0, 1, 1, 0], 1e-6);
  }
});

Deno.test("rasteriseMesh() moves the camera from the front to the right of the object", () => {
  // A small box on the right, x = 0.5, and a tall one at the back, z = 0.5.
  const mesh = boxMesh([[[0.4, -0.1, -0.1], [0.6, 0.1, 0.1]], [[-0.1, -0.9, 0.4], [
    0.1,
    0.9,
    0.6,
  ]]]);
  const columns = (azimuth: number) => {
    const image = rasteriseMesh(mesh, azimuth, 10);
    return Array.from({ length: 10 }, (_, column) => {
      let sum = 0;
      for (let row = 0; row < 10; row++) sum += image[row * 10 + column]!;
      return Math.round(sum);
    });
  };
  assert.deepEqual(columns(0), [0, 0, 0, 0, 5, 5, 0, 1, 0, 0]);
  // Points at z appear at -z sin a: far points move left.
  assert.equal(columns(Math.PI / 2).findIndex((sum) => sum > 3), 2);
});

Deno.test("rasteriseMesh() gives the same image after a full turn", () => {
  const chair = normaliseMesh(CHAIR);
  assertClose(rasteriseMesh(chair, 1, 28), rasteriseMesh(chair, 1 + 2 * Math.PI, 28), 0.02);
});

Deno.test("rasteriseMesh() clips to the image", () => {
  const image = rasteriseMesh(boxMesh([[[-5, -5, -5], [5, 5, 5]]]), 0, 3);
  assertClose(image, new Array(9).fill(1), 1e-6);
});
