import assert from "node:assert/strict";
import {
  decodeLatents,
  objectsNamed,
  pathRows,
  poseRow,
  shapeSheet,
} from "@/show/figures/decoded_latents.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { fittingSize } from "@/show/plot/viewpoint.ts";
import { TINY } from "../../tiny.ts";
import { AREA, CELLS, LEFT_HALF } from "./runs.ts";

const UNITS = TINY.latentSize - 1;
const SIDE = 2 * TINY.imageSize; // of an image, in pixels

/** A model whose shapes are full on the left and whose images have the grey of their azimuth. */
const model = {
  gridSize: TINY.imageSize,
  decode: (latents: Float32Array) =>
    Float32Array.from({ length: latents.length / UNITS * CELLS }, (_, i) => LEFT_HALF[i % CELLS]!),
  render: (occupancy: Float32Array, azimuth: Float32Array) => {
    assert.equal(occupancy.length / CELLS, azimuth.length);
    return Float32Array.from(
      { length: azimuth.length * AREA },
      (_, i) => azimuth[Math.floor(i / AREA)]!,
    );
  },
  encode: (images: Float32Array) => ({
    mean: images.slice(0, UNITS),
    logVariance: new Float32Array(UNITS),
  }),
};
const decoder = { model, config: TINY, azimuth: 0.4 };
const latents = new Float32Array(3 * UNITS);

const grey = (image: Bitmap | undefined) => image!.pixels[0];

Deno.test("decodeLatents() renders every shape from the model's pose", () => {
  const { renderings, occupancy } = decodeLatents(decoder, latents);
  assert.equal(occupancy.length, 3 * CELLS);
  assert.deepEqual(renderings, new Float32Array(3 * AREA).fill(0.4));
});

Deno.test("objectsNamed() finds the next image of a repeated name", () => {
  const names = ["set a", "set b", "set a"];
  const images = Float32Array.from({ length: 3 * AREA }, (_, i) => Math.floor(i / AREA));
  const found = objectsNamed(model, { images, names }, ["set a", "set b", "set a"]);
  assert.deepEqual(found.map(({ name }) => name), ["set a", "set b", "set a"]);
  assert.deepEqual(found.map(({ input }) => input[0]), [0, 1, 2]);
  assert.deepEqual(found.map(({ latent }) => [...latent]), [0, 1, 2].map((z) => [z, z, z]));
  assert.throws(() => objectsNamed(model, { images, names }, ["set b", "set b"]), {
    name: "RangeError",
    message: 'Cannot find image "set b": the monitor must have at least 2, got set a, set b',
  });
});

Deno.test("pathRows() draws renderings between two images, and voxels below the renderings", () => {
  const [before, after] = [0.2, 0.6].map((value) => new Float32Array(AREA).fill(value));
  const rows = pathRows("path", decoder, latents, { before: before!, after: after! });
  assert.deepEqual(rows.map(({ label }) => label), ["path", "voxels, 0°", "voxels, 45°"]);
  assert.deepEqual(rows.map(({ isFirstOfGroup }) => isFirstOfGroup), [true, undefined, undefined]);
  assert.deepEqual(rows[0]!.bitmaps.map(grey), [51, 102, 102, 102, 153]);
  const { width, height } = fittingSize(SIDE / 2, 0);
  for (const { bitmaps } of rows.slice(1)) {
    assert.deepEqual(bitmaps.map((bitmap) => bitmap?.width), [
      undefined,
      width,
      width,
      width,
      undefined,
    ]);
    assert.equal(bitmaps[1]!.height, height);
  }
  assert.notDeepEqual(rows[1]!.bitmaps[1], rows[2]!.bitmaps[1]);
});

Deno.test("pathRows() draws from the given azimuths, without ends", () => {
  const rows = pathRows("path", decoder, latents, { azimuths: [Math.PI] });
  assert.deepEqual(rows.map(({ label }) => label), ["path", "voxels, 180°"]);
  assert.deepEqual(rows.map(({ bitmaps }) => bitmaps.length), [3, 3]);
});

Deno.test("pathRows() turns voxels on from the model's pose", () => {
  const drawn = (azimuth: number, turn: number) =>
    pathRows("", { ...decoder, azimuth }, latents, { azimuths: [turn] })[1]!.bitmaps[0];
  assert.deepEqual(drawn(1.5 * Math.PI, 0), drawn(Math.PI, Math.PI / 2));
});

Deno.test("poseRow() shows the image, then the shape from each azimuth", () => {
  const object = { latent: new Float32Array(UNITS), input: new Float32Array(AREA).fill(1) };
  const { label, bitmaps } = poseRow("one", decoder, object, [0, 0.2, 0.8]);
  assert.equal(label, "one");
  assert.deepEqual(bitmaps.map(grey), [255, 0, 51, 204]);
});

Deno.test("shapeSheet() puts each shape's strip in its place", () => {
  const strip = SIDE + 2 * (8 + fittingSize(SIDE / 2, 0).width);
  const { width, height } = shapeSheet(decoder, latents, 2);
  assert.deepEqual([width, height], [2 * strip + 8, 2 * SIDE + 8]);
});
