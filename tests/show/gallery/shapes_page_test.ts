import assert from "node:assert/strict";
import { join } from "node:path";
import { shapesGallery, writeShapesPage } from "@/show/gallery/shapes_page.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

const grid = { occupancy: [1, 0, 0, 0, 0, 0, 0, 1], size: [2, 2, 2] as const };
const EXHIBITS = ["a", "b"].map((label) => ({ label, image: [], grid, front: 1 }));
const OPTIONS = {
  checkpoint: { config: TINY, step: 1200 },
  reconstruction: { rendering: Float32Array.from([1, 1, 1, 1, 0, 0, 0, 0]) },
  images: Float32Array.from([1, 1, 1, 0, 0, 0, 0, 0]),
  threshold: 0.5,
  isSolid: false,
};

Deno.test("shapesGallery() puts each shape beside its own image", () => {
  const { words, sections: [section] } = shapesGallery(EXHIBITS, OPTIONS);
  assert.match(
    words[0]!,
    /^Made by the paper's method, trained for 1,200 steps on blobs:1,bars:1; shapes are /,
  );
  const items = section!.items.map((
    { name, image, shapes: [shape] },
  ) => [name, [...image], shape!.note]);
  assert.deepEqual(items, [
    ["a", [1, 1, 1, 0], "error 0.2500\n2 pieces"],
    ["b", [0, 0, 0, 0], "error 0.0000\n2 pieces"],
  ]);
  const refined = shapesGallery(EXHIBITS, { ...OPTIONS, isRefined: true });
  assert.match(refined.words[0]!, /; each shape was fitted to its image\.$/);
});

Deno.test("writeShapesPage() writes one file", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.html");
    const byteCount = await writeShapesPage(path, EXHIBITS, OPTIONS);
    assert.equal((await Deno.stat(path)).size, byteCount);
    assert.equal((await Deno.readTextFile(path)).match(/data-scene/g)!.length, 2);
  }));
