import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import {
  above,
  beside,
  type Bitmap,
  createBitmap,
  encodePng,
  framed,
  greyBitmap,
  grid,
  imageFormat,
  paste,
} from "@/show/plot/bitmap.ts";

/** The red channel, row by row; enough for grey images. */
function reds({ width, height, pixels }: Bitmap): number[][] {
  return Array.from(
    { length: height },
    (_, y) => Array.from({ length: width }, (_, x) => pixels[4 * (y * width + x)]!),
  );
}

const black = (width: number, height: number) =>
  greyBitmap(new Float32Array(width * height), [height, width]);

Deno.test("createBitmap() is white and opaque", () => {
  assert.ok(createBitmap(2, 3).pixels.every((byte) => byte === 255));
});

Deno.test("createBitmap() refuses a side that is not an integer >= 1", () => {
  assert.throws(() => createBitmap(0, 3), {
    name: "RangeError",
    message: "Cannot make a bitmap: width must be an integer >= 1, got 0",
  });
  assert.throws(() => createBitmap(1, 2.5), {
    message: /height must be an integer >= 1, got 2.5/,
  });
});

Deno.test("greyBitmap() turns each value into a square of equal pixels", () => {
  assert.deepEqual(reds(greyBitmap([0, 0.5, 1], [1, 3], 2)), [
    [0, 0, 128, 128, 255, 255],
    [0, 0, 128, 128, 255, 255],
  ]);
});

Deno.test("greyBitmap() clamps values outside [0, 1]", () => {
  assert.deepEqual(reds(greyBitmap([-1, 2], [1, 2])), [[0, 255]]);
});

Deno.test("greyBitmap() refuses an image of another size", () => {
  assert.throws(() => greyBitmap([0, 1], [2, 2]), {
    name: "TypeError",
    message: "Cannot draw a grey image: image must have 2 * 2 = 4 values, got 2",
  });
});

Deno.test("beside() centres smaller bitmaps and leaves white gaps", () => {
  const row = beside([black(1, 3), black(2, 1)], { gap: 1 });
  assert.deepEqual(reds(row), [[0, 255, 255, 255], [0, 255, 0, 0], [0, 255, 255, 255]]);
});

Deno.test("above() aligns as asked", () => {
  const column = (align: "start" | "end") =>
    reds(above([black(1, 1), black(2, 1)], { gap: 0, align }));
  assert.deepEqual(column("start"), [[0, 255], [0, 0]]);
  assert.deepEqual(column("end"), [[255, 0], [0, 0]]);
});

Deno.test("grid() fills rows from left to right, the last one as far as it goes", () => {
  assert.deepEqual(reds(grid([black(1, 1), black(1, 1), black(1, 1)], 2, 0)), [[0, 0], [0, 255]]);
});

Deno.test("framed() adds a white margin on each side", () => {
  assert.deepEqual(reds(framed(black(1, 1), 1)), [[255, 255, 255], [255, 0, 255], [255, 255, 255]]);
});

Deno.test("paste() refuses a bitmap that does not fit", () => {
  assert.throws(() => paste(createBitmap(2, 2), black(2, 1), 1, 0), {
    name: "RangeError",
    message: "Cannot paste a bitmap: source must lie inside 2 x 2, got 2 x 1 at (1, 0)",
  });
});

Deno.test("beside(), above() and grid() refuse an empty list", () => {
  for (const put of [beside, above, () => grid([], 2)]) {
    assert.throws(() => put([]), { name: "RangeError", message: /bitmaps must not be empty/ });
  }
});

Deno.test("encodePng() gives a file that reads back as the same pixels", () => {
  const bitmap = greyBitmap([0, 0.25, 0.5, 0.75, 1, 0], [2, 3]);
  const read = PNG.sync.read(Buffer.from(encodePng(bitmap)));
  assert.equal(read.width, 3);
  assert.equal(read.height, 2);
  assert.deepEqual([...read.data], [...bitmap.pixels]);
});

Deno.test("imageFormat() recognises PNG and GIF files by their first bytes", () => {
  assert.equal(imageFormat(encodePng(createBitmap(1, 1))), "png");
  assert.equal(imageFormat(new TextEncoder().encode("GIF89a")), "gif");
  assert.equal(imageFormat(new Uint8Array(2)), undefined);
});
