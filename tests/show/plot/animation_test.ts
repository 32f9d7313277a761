import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { encodeGif } from "@/show/plot/animation.ts";
import { type Bitmap, createBitmap, greyBitmap } from "@/show/plot/bitmap.ts";
import { readGif } from "./gif.ts";

/** A smooth image of many colours that moves with `shift`. */
function rainbow(width: number, height: number, shift = 0): Bitmap {
  const bitmap = createBitmap(width, height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i + shift) % width, Math.floor(i / width)];
    bitmap.pixels.set([255 * x / width, 255 * y / height, 255 - 255 * x / width], 4 * i);
  }
  return bitmap;
}

/** Decodes a GIF's first frame with an independent decoder. */
async function firstFrame(bytes: Uint8Array): Promise<Uint8ClampedArray> {
  const image = await loadImage(Buffer.from(bytes));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height).data;
}

Deno.test("encodeGif() keeps frame count, size and delays, and loops for ever", () => {
  const frames = [0, 1, 2].map((shift) => rainbow(20, 10, shift));
  const gif = readGif(encodeGif(frames, { millisecondsPerFrame: 50, holdLast: 700 }));
  assert.deepEqual([gif.width, gif.height, gif.repeat], [20, 10, 0]);
  assert.deepEqual(gif.frames.map((frame) => frame.delayMilliseconds), [50, 50, 700]);
});

Deno.test("encodeGif() draws later frames over earlier ones", () => {
  const { frames } = readGif(encodeGif([rainbow(8, 8), rainbow(8, 8, 3)]));
  assert.deepEqual(frames.map((frame) => frame.isTransparent), [false, true]);
  assert.ok(frames.every((frame) => frame.disposal === 1));
});

Deno.test("encodeGif() spends next to nothing on frames that do not change", () => {
  const frame = rainbow(60, 60);
  const [one, ten] = [1, 10].map((count) => encodeGif(Array(count).fill(frame)).length);
  assert.ok(ten! - one! < 9 * 120, `9 equal frames took ${ten! - one!} bytes`);
});

// A palette of 255 over the full gamut has steps of about 40; the dither adds up to 16.
Deno.test("encodeGif() stays near the given colours", async () => {
  const frame = rainbow(64, 64);
  const decoded = await firstFrame(encodeGif([frame]));
  const errors = [...decoded].map((value, i) => Math.abs(value - frame.pixels[i]!));
  const mean = errors.reduce((sum, error) => sum + error) / errors.length;
  assert.ok(mean < 8, `mean error ${mean}`);
  assert.ok(Math.max(...errors) < 64, `worst error ${Math.max(...errors)}`);
});

Deno.test("encodeGif() keeps white white, black black and greys free of dither", async () => {
  const frame = greyBitmap([0, 1, 0.5, 1], [2, 2], 4);
  assert.deepEqual([...await firstFrame(encodeGif([frame]))], [...frame.pixels]);
});

Deno.test("encodeGif() keeps the background white with few colours", async () => {
  const frame = rainbow(64, 64);
  frame.pixels.fill(255, 0, 4 * 64 * 20); // twenty rows
  // The next rows are nearly white: averaged with the background, they would tint it.
  frame.pixels.fill(244, 4 * 64 * 20, 4 * 64 * 50);
  const decoded = await firstFrame(encodeGif([frame], { colours: 8 }));
  assert.ok(decoded.subarray(0, 4 * 64 * 20).every((value) => value === 255));
});

Deno.test("encodeGif() refuses no frames, frames of two sizes, and options out of range", () => {
  const frame = createBitmap(2, 2);
  assert.throws(() => encodeGif([]), {
    name: "RangeError",
    message: "Cannot encode a GIF: frames must not be empty",
  });
  assert.throws(() => encodeGif([frame, createBitmap(3, 2)]), {
    name: "TypeError",
    message: "Cannot encode a GIF: frame 1 must be 2 x 2 like frame 0, got 3 x 2",
  });
  assert.throws(() => encodeGif([frame], { colours: 256 }), {
    name: "RangeError",
    message: "Cannot encode a GIF: colours must be an integer in [2, 255], got 256",
  });
  assert.throws(() => encodeGif([frame], { millisecondsPerFrame: 5 }), {
    message: /millisecondsPerFrame must be an integer in \[20, 60000\], got 5/,
  });
});
