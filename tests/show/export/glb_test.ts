import assert from "node:assert/strict";
import { NodeIO } from "@gltf-transform/core";
import validator from "gltf-validator";
import { encodeGlb } from "@/show/export/glb.ts";
import { meshOf } from "@/show/export/mesh.ts";
import { assertClose } from "../../assert.ts";
import { ball, gridOf } from "./surfaces.ts";

Deno.test("encodeGlb() passes the validator of the format's authors", async () => {
  const noise = gridOf(
    [12, 12, 12],
    (column, row, layer) => Math.max(0, Math.sin(column * row + layer * layer)),
  );
  for (const grid of [ball(6), noise]) {
    const { issues } = await validator.validateBytes(await encodeGlb("a shape", meshOf(grid)));
    assert.deepEqual(issues.messages, []);
    assert.deepEqual([issues.numErrors, issues.numWarnings, issues.numInfos], [0, 0, 0]);
  }
});

Deno.test("encodeGlb() reads back with its name, positions, normals and triangles", async () => {
  const mesh = meshOf(ball(3), { threshold: 1 });
  const document = await new NodeIO().readBinary(await encodeGlb("digit 3", mesh));
  const [node, ...others] = document.getRoot().listNodes();
  const [primitive] = node!.getMesh()!.listPrimitives();
  assert.deepEqual([node!.getName(), others], ["digit 3", []]);
  assert.deepEqual(primitive!.getAttribute("POSITION")!.getArray(), mesh.positions);
  assert.deepEqual(primitive!.getAttribute("NORMAL")!.getArray(), mesh.normals);
  assert.deepEqual([...primitive!.getIndices()!.getArray()!], [...mesh.triangles]);
});

// A screen level of 0.5 is 0.2140 of full light; below 0.04045 the curve is a line.
Deno.test("encodeGlb() stores colours as linear light, not screen levels", async () => {
  const mesh = meshOf(ball(3), { threshold: 1 });
  const colours = mesh.colours.map((_, i) => [0, 0.02, 0.5, 1][i % 4]!);
  const document = await new NodeIO().readBinary(await encodeGlb("a", { ...mesh, colours }));
  const [primitive] = document.getRoot().listMeshes()[0]!.listPrimitives();
  const stored = primitive!.getAttribute("COLOR_0")!.getArray()!;
  assertClose(stored.slice(0, 4), [0, 0.02 / 12.92, 0.21404, 1], 1e-5);
});

Deno.test("encodeGlb() uses two-byte indices as long as they suffice", async () => {
  const indicesOf = async (vertexCount: number) => {
    const vectors = new Float32Array(3 * vertexCount).map((_, i) => i % 3 === 0 ? 1 : 0);
    const mesh = {
      positions: vectors,
      normals: vectors,
      colours: vectors,
      triangles: Uint32Array.of(0, 1, vertexCount - 1),
    };
    const document = await new NodeIO().readBinary(await encodeGlb("a", mesh));
    return document.getRoot().listMeshes()[0]!.listPrimitives()[0]!.getIndices()!.getArray();
  };
  assert.deepEqual(await indicesOf(65_535), Uint16Array.of(0, 1, 65_534));
  assert.deepEqual(await indicesOf(65_536), Uint32Array.of(0, 1, 65_535));
});
