import assert from "node:assert/strict";
import { frameObject } from "@/data/photo/frame.ts";
import { findObject, type FoundObject } from "@/data/photo/silhouette.ts";
import { resizeSquare } from "@/data/resize.ts";
import { assertClose } from "../../assert.ts";

/** An object of one brightness, given by what it covers. */
function object(
  width: number,
  height: number,
  covers: (x: number, y: number) => boolean,
  lumaAt: (x: number, y: number) => number = () => 1,
): FoundObject {
  const opacity = new Float32Array(width * height);
  const luma = new Float32Array(width * height);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (!covers(x, y)) continue;
    [opacity[at], luma[at]] = [1, lumaAt(x, y)];
  }
  return { width, height, opacity, luma };
}

const columnsOf = (image: Float32Array, size: number) =>
  Array.from(
    { length: size },
    (_, x) => image.filter((_, at) => at % size === x).some((v) => v > 0.5),
  );

Deno.test("frameObject() centres an object and makes its longer side 20 of 28 pixels", () => {
  const small = object(200, 100, (x, y) => x >= 150 && x < 190 && y >= 10 && y < 30);
  const image = frameObject(small, 28);
  const expected = Float32Array.from({ length: 784 }, (_, at) => {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    return Number(x >= 4 && x < 24 && y >= 9 && y < 19);
  });
  assertClose(image, expected, 1e-6);
});

Deno.test("frameObject() keeps an object whose mass is at one end inside the image", () => {
  const hammer = object(120, 60, (x, y) => x < 100 && y > 28 && y < 31 || x < 12 && y < 60);
  const image = frameObject(hammer, 28);
  const columns = columnsOf(image, 28);
  assert.ok(columns[1] === false || columns[0] === false);
  assert.ok(columns.lastIndexOf(true) <= 26 && columns.indexOf(true) >= 1, columns.join());
});

Deno.test("frameObject() raises dark parts to 0.3 of white, and makes the brightest white", () => {
  const halves = (dark: number, bright: number) =>
    frameObject(
      object(56, 56, (x, y) => x >= 8 && x < 48 && y >= 8 && y < 48, (x) => x < 28 ? dark : bright),
      28,
    );
  const at = (image: Float32Array) => [image[14 * 28 + 8]!, image[14 * 28 + 20]!, image[0]!];
  assertClose(at(halves(0.5, 1)), [0.5, 1, 0], 1e-6); // as it is
  assertClose(at(halves(0, 1)), [0.3, 1, 0], 1e-6); // black cloth is no hole
  assertClose(at(halves(0.3, 0.6)), [0.5, 1, 0], 1e-6); // underexposed
  assertClose(at(halves(0, 0.2)), [1, 1, 0], 1e-6); // black ink is all matter
});

Deno.test("frameObject() hardly changes its own result", () => {
  const ring = (x: number, y: number) => {
    const radius = Math.hypot(x - 90, y - 130);
    return radius < 60 && radius > 30 && !(x > 90 && Math.abs(y - 130) < 8);
  };
  const once = frameObject(object(220, 220, ring, (x) => 0.2 + x / 300), 28);
  const values = resizeSquare(once, 28, 112); // as a file of that size would show it
  const channels = [values, values, values];
  const opacity = new Float32Array(values.length).fill(1);
  const found = findObject({ width: 112, height: 112, channels, opacity });
  assert.ok(typeof found !== "string");
  const twice = frameObject(found, 28);
  const change = once.reduce((sum, value, i) => sum + Math.abs(value - twice[i]!), 0) / 784;
  assert.ok(change < 0.05, `${change}`);
  const [before, after] = [once, twice].map((image) => columnsOf(image, 28));
  assert.ok(Math.abs(before!.indexOf(true) - after!.indexOf(true)) <= 1);
  assert.ok(Math.abs(before!.lastIndexOf(true) - after!.lastIndexOf(true)) <= 1);
});

Deno.test("frameObject() enlarges small objects smoothly, within [0, 1]", () => {
  const image = frameObject(object(9, 9, (x, y) => x > 2 && x < 6 && y > 2 && y < 6), 28);
  assert.ok(image.every((value) => value >= 0 && value <= 1));
  assert.ok(image[14 * 28 + 14]! > 0.99 && image[0] === 0);
});
