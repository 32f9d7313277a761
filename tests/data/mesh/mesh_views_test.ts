import assert from "node:assert/strict";
import { packBits } from "@/data/formats/bits.ts";
import { categorySet, encodeViews, viewMesh } from "@/data/mesh/mesh_views.ts";
import { normaliseMesh } from "@/data/mesh/normalise.ts";
import { rasteriseMesh } from "@/data/mesh/rasterise.ts";
import { solidVoxels, surfaceVoxels } from "@/data/mesh/voxelise.ts";
import { CHAIR } from "./meshes.ts";

const FROM = { azimuths: [1], size: 8 };
const view = (name: string) => viewMesh(CHAIR, name, FROM);

Deno.test("viewMesh() renders one image and keeps the truth", () => {
  const chair = normaliseMesh(CHAIR);
  const surface = surfaceVoxels(chair, 8);
  assert.deepEqual(view("chair_0001"), {
    name: "chair_0001",
    azimuths: Float32Array.of(1),
    pixels: Uint8Array.from(rasteriseMesh(chair, 1, 8), (value) => Math.round(255 * value)),
    voxels: packBits(solidVoxels(chair, 8, surface), 512),
    surface: packBits(surface, 512),
  });
});

Deno.test("viewMesh() renders from several azimuths, with the shape once", () => {
  const one = view("chair");
  const two = viewMesh(CHAIR, "chair", { ...FROM, azimuths: [1, 2] });
  assert.deepEqual([...two.azimuths], [1, 2]);
  const other = viewMesh(CHAIR, "chair", { ...FROM, azimuths: [2] });
  assert.deepEqual([...two.pixels], [...one.pixels, ...other.pixels]);
  assert.deepEqual([two.voxels, two.surface], [one.voxels, one.surface]);
  const info = { size: 8, provenance: "the tests" };
  const { count, labels, truth } = categorySet(
    "chair",
    encodeViews({ views: [two, two], leftOut: [] }),
    info,
  );
  assert.deepEqual([count, [...labels!], truth!.voxels.length], [4, [0, 0, 0, 0], 2 * 512]);
  assert.deepEqual([[...truth!.azimuths], [...truth!.objects]], [[1, 2, 1, 2], [0, 0, 1, 1]]);
});

Deno.test("viewMesh() names the mesh that it cannot render", () => {
  const point = { ...CHAIR, positions: new Float32Array(CHAIR.positions.length) };
  assert.throws(() => viewMesh(point, "a/b.off", FROM), {
    name: "RangeError",
    message: 'Cannot normalise "a/b.off": its corners must not coincide, got all at 0, 0, 0',
  });
});

Deno.test("categorySet() makes a set of views sorted by name, with truth and what was left out", () => {
  const views = [{ ...view("b"), azimuths: Float32Array.of(2) }, view("a")];
  const set = categorySet("chair", encodeViews({ views, leftOut: ["c is damaged"] }), {
    size: 8,
    provenance: "the tests",
  });
  const { truth, pixels, ...rest } = set;
  assert.deepEqual(rest, {
    name: "chair",
    provenance: "the tests",
    size: 8,
    count: 2,
    labels: Uint8Array.of(0, 0),
    classNames: ["chair"],
    leftOut: ["c is damaged"],
  });
  assert.deepEqual(pixels.subarray(0, 64), views[1]!.pixels);
  assert.deepEqual([[...truth!.azimuths], [...truth!.objects]], [[1, 2], [0, 1]]);
  const surface = surfaceVoxels(normaliseMesh(CHAIR), 8);
  assert.deepEqual(truth!.surface!.subarray(512), surface);
  assert.deepEqual(truth!.voxels.length, 2 * 512);
});

Deno.test("categorySet() makes an empty set from no views", () => {
  const info = { size: 8, provenance: "the tests" };
  const set = categorySet("chair", encodeViews({ views: [], leftOut: [] }), info);
  assert.deepEqual([set.count, set.pixels.length, set.truth!.voxels.length], [0, 0, 0]);
  assert.equal(set.leftOut, undefined);
});
