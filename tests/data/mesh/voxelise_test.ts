import assert from "node:assert/strict";
import { normaliseMesh } from "@/data/mesh/normalise.ts";
import type { Mesh } from "@/data/formats/off.ts";
import { rasteriseMesh } from "@/data/mesh/rasterise.ts";
import { fillEnclosed, solidVoxels, surfaceVoxels } from "@/data/mesh/voxelise.ts";
import { projectVoxels } from "@/render/project.ts";
import * as tf from "@/engine/tf.ts";
import { boxMesh, CHAIR } from "./meshes.ts";

const count = (cells: Uint8Array) => cells.reduce((sum, is) => sum + is, 0);
const solidOf = (mesh: Mesh, size: number) => solidVoxels(mesh, size, surfaceVoxels(mesh, size));

/** A box whose sides lie mid-cell: of 8 cells, it spans the third to the sixth. */
const BOX = boxMesh([[[-0.375, -0.375, -0.375], [0.375, 0.375, 0.375]]]);

Deno.test("surfaceVoxels() sets the cells of a shell, and fillEnclosed() its interior", () => {
  const shell = surfaceVoxels(BOX, 8);
  assert.equal(count(shell), 4 ** 3 - 2 ** 3);
  const filled = fillEnclosed(shell, 8);
  assert.equal(count(filled), 4 ** 3);
  assert.deepEqual(
    [...filled].flatMap((is, cell) => is ? [cell] : []).at(0),
    (2 * 8 + 2) * 8 + 2,
  );
});

Deno.test("surfaceVoxels() lays x along W, y against H, z along D", () => {
  const place = boxMesh([[[0.6, 0.3, -0.9], [0.65, 0.35, -0.85]]]); // right, up, near
  const cells = surfaceVoxels(place, 4);
  assert.deepEqual([...cells].flatMap((is, cell) => is ? [cell] : []), [(0 * 4 + 1) * 4 + 3]);
});

Deno.test("surfaceVoxels() clips to the grid", () => {
  assert.equal(count(surfaceVoxels(boxMesh([[[2, 2, 2], [3, 3, 3]]]), 4)), 0);
});

Deno.test("fillEnclosed() leaves a shell with a hole hollow", () => {
  const shell = surfaceVoxels(BOX, 8);
  const hole = [...shell].findIndex((_, cell) => cell === (2 * 8 + 3) * 8 + 3);
  assert.equal(shell[hole], 1);
  const open = shell.with(hole, 0);
  assert.deepEqual(fillEnclosed(open, 8), open);
});

Deno.test("fillEnclosed() treats the grid's border as outside, not as a wall", () => {
  const full = new Uint8Array(27).fill(1);
  assert.deepEqual(fillEnclosed(full, 3), full);
  assert.deepEqual(fillEnclosed(full.with(13, 0), 3), full, "one cell in the middle");
  assert.deepEqual(fillEnclosed(full.with(4, 0), 3), full.with(4, 0), "one cell at the side");
  assert.deepEqual(fillEnclosed(new Uint8Array(27), 3), new Uint8Array(27));
});

Deno.test("solidVoxels() keeps a solid's width, where touched cells are wider", () => {
  // Of 10 cells, from 3.1 to 6.1: three cells wide, but touching four.
  const mesh = boxMesh([[[-0.38, -0.38, -0.38], [0.22, 0.22, 0.22]]]);
  assert.equal(count(fillEnclosed(surfaceVoxels(mesh, 10), 10)), 4 ** 3);
  const solid = solidOf(mesh, 10);
  assert.equal(count(solid), 3 ** 3);
  assert.equal(solid[(3 * 10 + 4) * 10 + 3], 1, "y runs against H: from 3.9 to 6.9");
});

Deno.test("solidVoxels() keeps walls and rods however thin", () => {
  const wall = boxMesh([[[-0.5, -0.5, 0.05], [0.5, 0.5, 0.051]]]);
  const rod = boxMesh([[[0.05, -0.55, 0.05], [0.051, 0.55, 0.051]]]);
  for (const mesh of [wall, rod]) assert.deepEqual(solidOf(mesh, 10), surfaceVoxels(mesh, 10));
});

Deno.test("solidVoxels() keeps a rod down to the solid it stands on", () => {
  // Of 10 cells: the solid fills layers 7 and 8, the rod crosses layers 1 to 6.
  const mesh = boxMesh([
    [[-0.58, -0.78, -0.58], [0.58, -0.42, 0.58]],
    [[0.05, -0.42, 0.05], [0.051, 0.7, 0.051]],
  ]);
  const solid = solidOf(mesh, 10);
  const column = Array.from({ length: 10 }, (_, h) => solid[(5 * 10 + h) * 10 + 5]);
  assert.deepEqual(column, [0, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
});

Deno.test("solidVoxels() fills enclosed space despite holes smaller than a cell", () => {
  // A hollow box with a slit of 0.1 cells all around its lid.
  const lid = 0.39;
  const mesh = boxMesh([
    [[-0.4, -0.4, -0.4], [0.4, lid - 0.02, -0.38]],
    [[-0.4, -0.4, 0.38], [0.4, lid - 0.02, 0.4]],
    [[-0.4, -0.4, -0.4], [-0.38, lid - 0.02, 0.4]],
    [[0.38, -0.4, -0.4], [0.4, lid - 0.02, 0.4]],
    [[-0.4, -0.4, -0.4], [0.4, -0.38, 0.4]],
    [[-0.4, lid, -0.4], [0.4, lid + 0.01, 0.4]],
  ]);
  const size = 10;
  const middle = (5 * size + 5) * size + 5;
  assert.equal(solidOf(mesh, size)[middle], 1);
});

/** Computes the IoU of two silhouettes. */
function overlap(image: ArrayLike<number>, projection: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < image.length; i++) {
    // Thresholds: a third of a pixel, and a third of a cell along the ray.
    const [a, b] = [image[i]! > 0.2, projection[i]! > 0.5];
    both += Number(a && b);
    either += Number(a || b);
  }
  return both / either;
}

Deno.test("a mesh's projected voxels match the silhouette of its image at the same azimuth", () => {
  const size = 28;
  const chair = normaliseMesh(CHAIR);
  const cells = Float32Array.from(solidOf(chair, size));
  for (let azimuth = 0.1; azimuth < 2 * Math.PI; azimuth += 0.37) {
    const projection = tf.tidy(() => {
      const density = tf.tensor4d(cells, [1, size, size, size]);
      return projectVoxels(density, tf.tensor1d([azimuth]), { tau: 2 }).dataSync();
    });
    // The chair rotated the wrong way scores 0.6 on average.
    const score = overlap(rasteriseMesh(chair, azimuth, size), projection);
    assert.ok(score > 0.8, `${score} at ${azimuth}`);
  }
});
