import assert from "node:assert/strict";
import { meshOf } from "@/show/export/mesh.ts";
import { encodeObj } from "@/show/export/obj.ts";

Deno.test("encodeObj() writes coloured positions, normals, and triangles with indices from 1", () => {
  const mesh = {
    positions: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0),
    normals: Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1),
    colours: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0.5),
    triangles: Uint32Array.of(0, 1, 2),
  };
  assert.equal(
    encodeObj("corner", mesh),
    `# x right, y up, z towards the viewer, in metres
o corner
v 0.00000 0.00000 0.00000 1.00000 0.00000 0.00000
v 1.00000 0.00000 0.00000 0.00000 1.00000 0.00000
v 0.00000 1.00000 0.00000 0.00000 0.00000 0.50000
vn 0.00000 0.00000 1.00000
vn 0.00000 0.00000 1.00000
vn 0.00000 0.00000 1.00000
f 1//1 2//2 3//3
`,
  );
});

Deno.test("encodeObj() names every vertex and triangle of a mesh", () => {
  const mesh = meshOf({ occupancy: [1, 1], size: [1, 1, 2] });
  const lines = encodeObj("pair", mesh).split("\n");
  const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
  const vertexCount = mesh.positions.length / 3;
  assert.deepEqual(
    [count("v "), count("vn "), count("f ")],
    [vertexCount, vertexCount, mesh.triangles.length / 3],
  );
});
