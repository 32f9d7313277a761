import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { imagesAt } from "@/data/image_set.ts";
import { readPhoto, readSquare } from "@/data/photo/photo.ts";
import { loadImageSet } from "@/data/sources.ts";
import { encodePng, greyBitmap } from "@/show/plot/bitmap.ts";
import { assertClose } from "../../assert.ts";
import { image } from "../fixtures.ts";
import { BACKDROPS, photograph, renderSolid } from "./scenes.ts";

/** The share of pixels in which only one of two images has an object. */
function disagreement(a: Float32Array, b: Float32Array): number {
  const wrong = a.filter((value, i) => (value > 0.15) !== (b[i]! > 0.15)).length;
  return wrong / b.filter((value) => value > 0.15).length;
}

Deno.test("readPhoto() keeps the images of data sets, bit by bit", async () => {
  for (
    const name of ["embedded-digits", "embedded-garments"]
  ) {
    const set = await loadImageSet(name, "test", { seed: 1 });
    for (let index = 0; index < set.count; index += 97) {
      const pixels = imagesAt(set, [index]);
      const { object } = await readPhoto(encodePng(greyBitmap(pixels, [28, 28])), "a.png", 28);
      assertClose(object!, pixels, 1e-6);
    }
  }
});

Deno.test("readPhoto() hardly changes a digit that is as large as MNIST's, at any scale", async () => {
  const canvas = createCanvas(280, 280);
  const context = canvas.getContext("2d");
  context.fillRect(0, 0, 280, 280);
  context.strokeStyle = "white";
  context.lineWidth = 24;
  context.strokeRect(82, 52, 116, 176); // 200 high: 20 of 28
  const bytes = new Uint8Array(canvas.toBuffer("image/png"));
  const { object, square } = await readPhoto(bytes, "a.png", 28);
  assert.ok(disagreement(object!, square) < 0.02);
});

Deno.test("readPhoto() gives one image of an object, whatever its ground and colour", async () => {
  const view = renderSolid("cup", { seed: 3 });
  const { object: truth } = await readPhoto(photograph(view, {}), "a.png", 28);
  for (const [name, backdrop] of Object.entries(BACKDROPS)) {
    for (const colour of [[0.75, 0.3, 0.25], [0.12, 0.12, 0.12]] as const) {
      const bytes = photograph(view, { backdrop, colour, type: "jpeg" });
      const { object, fault } = await readPhoto(bytes, "a.jpg", 28);
      assert.equal(fault, undefined, name);
      const error = disagreement(object!, truth!);
      // Of some 270 pixels, all at edges, where JPEGs smear colours.
      assert.ok(error < 0.08, `${name}: ${error}`);
    }
  }
});

Deno.test("readPhoto() lets no black object vanish on white", async () => {
  const view = renderSolid("chair");
  const bytes = photograph(view, { backdrop: BACKDROPS.white, colour: [0, 0, 0] });
  const { object } = await readPhoto(bytes, "a.png", 28);
  assert.ok(object!.filter((value) => value > 0.9).length > 60);
  assert.equal(object![0], 0);
});

Deno.test("readPhoto() names the fault, and gives the centre square all the same", async () => {
  const bytes = await image({ width: 30, height: 20, colour: "white" });
  const { object, square, fault } = await readPhoto(bytes, "a.png", 4);
  assert.deepEqual([object, fault], [undefined, "nothing on its ground"]);
  assertClose(square, new Array(16).fill(1), 1e-6);
  assert.deepEqual(await readSquare(bytes, "a.png", 4), { name: "a.png", square });
});

Deno.test("readPhoto() refuses what is no image", async () => {
  await assert.rejects(readPhoto(Uint8Array.of(1, 2), "a.png", 28), {
    name: "SyntaxError",
    message: 'Cannot read "a.png": it must be a complete PNG or JPEG image, got 2 bytes with ' +
      "neither a PNG nor a JPEG signature; remove or replace it",
  });
});
