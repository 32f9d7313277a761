import assert from "node:assert/strict";
import { createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import {
  galleryShape,
  meanSquaredError,
  setsOf,
  shapesSection,
  titleOf,
} from "@/show/gallery/shapes.ts";
import { saveCheckpoint } from "@/train/checkpoint.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY, tinySet } from "../../tiny.ts";

const OPTIONS = { label: "x", threshold: 0.5, isSolid: false, error: 0.01234 };

Deno.test("galleryShape() tells the image error and the pieces of the shape shown", () => {
  // A hollow ring seen from above, and a voxel by itself: level views show the ring as full.
  const occupancy = [1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const grid = { occupancy, size: [5, 1, 5] as const };
  const plain = galleryShape({ grid, front: 2 }, OPTIONS);
  assert.equal(plain.note, "error 0.0123\n2 pieces");
  assert.deepEqual(plain.frames, [{ label: "x", grid, front: 2 }]);
  const solid = galleryShape({ grid, front: 2 }, { ...OPTIONS, isSolid: true });
  const filled = Array.from(solid.frames[0]!.grid.occupancy);
  assert.equal(filled[6], 1, "the hidden cell");
});

Deno.test("meanSquaredError() is that of one image alone", () => {
  const images = Float32Array.from([0, 0, 1, 1]);
  const rendering = Float32Array.from([9, 9, 1, 0]);
  assert.equal(meanSquaredError({ rendering }, images, 1, 2), 0.5);
});

Deno.test("setsOf() and titleOf() name sets as people do", () => {
  assert.deepEqual(setsOf("mnist:1,celeba+modelnet40:2"), ["mnist", "celeba+modelnet40"]);
  assert.equal(titleOf("mnist"), "Handwritten digits (MNIST)");
  assert.equal(titleOf("voxels:a/b-30.npz#chair+sofa"), "Chair, sofa (b-30)");
  assert.equal(titleOf("embedded-bowls"), "embedded-bowls");
});

Deno.test("shapesSection() shows one image of each class, and the true shapes turning with learnt ones", () =>
  withFolder(async (folder) => {
    const config = { ...TINY, data: "embedded-digits:1,embedded-garments:1" };
    const snapshot = initialValues(createLearner(TINY).parameters, 1);
    const path = await saveCheckpoint(folder, { step: 3, config, snapshot });
    const model = { label: "paper's method", config, step: 3, path };
    const set = tinySet("blobs");
    const plain = await shapesSection("blobs", set, [model]);
    assert.deepEqual(plain.items.map(({ name }) => name), ["round", "square"]);
    assert.deepEqual(plain.items.map(({ image }) => image.length), [64, 64]);
    assert.match(
      plain.words[0]!,
      /the tests, test split\. Paper's method: 3 of 12 steps on embedded-digits and embedded-garments\.$/,
    );
    const shape = plain.items[0]!.shapes[0]!;
    assert.match(shape.note, /^error \d\.\d{4}\n\d+ pieces?$/);
    assert.equal(shape.frames[0]!.grid.occupancy.length, 8 ** 3);

    const truth = {
      size: 4,
      voxels: Uint8Array.from({ length: set.count * 64 }, (_, i) => i % 3 === 0 ? 1 : 0),
      azimuths: Float32Array.from({ length: set.count }, (_, i) => i / 10),
      objects: Uint32Array.from({ length: set.count }, (_, i) => i),
    };
    const known = await shapesSection("blobs", { ...set, truth }, [model]);
    assert.equal(known.words.length, 2);
    const [trueShape, learnt] = known.items[0]!.shapes;
    assert.deepEqual([trueShape!.label, learnt!.label], ["true shape", "paper's method"]);
    assert.equal(trueShape!.note, "", "nothing was measured of it");
    assert.equal(trueShape!.frames[0]!.grid.occupancy.length, 64);
    const azimuth = trueShape!.frames[0]!.front!;
    assert.ok(truth.azimuths.some((it) => it === azimuth));
  }));
