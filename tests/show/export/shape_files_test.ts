import assert from "node:assert/strict";
import { NodeIO } from "@gltf-transform/core";
import { shapeFiles } from "@/show/export/shape_files.ts";
import { imageFormat } from "@/show/plot/bitmap.ts";
import { gridOf } from "./surfaces.ts";

/** A box of 64 voxels, and a single voxel two away. */
const GRID = gridOf(
  [8, 8, 8],
  (column, row, layer) =>
    Math.max(column, row, layer) < 4 || [column, row, layer].every((at) => at === 6.5) ? 1 : 0,
);
const EXHIBIT = { label: "Two boxes", image: new Float32Array(64), grid: GRID };

async function facesIn(glb: Uint8Array): Promise<number> {
  const [mesh] = (await new NodeIO().readBinary(glb)).getRoot().listMeshes();
  assert.equal(mesh!.getName(), "Two boxes");
  return mesh!.listPrimitives()[0]!.getIndices()!.getCount() / 3;
}

Deno.test("shapeFiles() gives a mesh and a turning view, as predicted or as a solid", async () => {
  const raw = await shapeFiles(EXHIBIT, { threshold: 0.5, isSolid: false });
  assert.deepEqual(Object.keys(raw), [".glb", ".gif"]);
  assert.equal(imageFormat(raw[".gif"]), "gif");
  const solid = await shapeFiles(EXHIBIT, { threshold: 0.5, isSolid: true });
  assert.ok(await facesIn(solid[".glb"]) < await facesIn(raw[".glb"]), "the speck is gone");
});

Deno.test("shapeFiles() refuses an empty shape by name", async () => {
  await assert.rejects(shapeFiles(EXHIBIT, { threshold: 2, isSolid: false }), {
    name: "RangeError",
    message: /^Cannot export "Two boxes": /,
  });
});
