import assert from "node:assert/strict";
import { findGround } from "@/data/photo/ground.ts";
import type { Photograph } from "@/data/photo/scaled.ts";
import { createRandom } from "@/engine/random.ts";
import { type Backdrop, BACKDROPS } from "./scenes.ts";

/** A ground with a black square in its middle. */
function scene(backdrop: Backdrop, { side = 60, noise = 0, square = 20 } = {}): Photograph {
  const random = createRandom(3);
  const channels = [0, 1, 2].map((c) =>
    Float32Array.from({ length: side * side }, (_, at) => {
      const [x, y] = [at % side, Math.floor(at / side)];
      const isInside = Math.abs(x - side / 2) < square / 2 && Math.abs(y - side / 2) < square / 2;
      const value = isInside ? 0 : backdrop(x / (side - 1), y / (side - 1))[c]!;
      return value + (noise > 0 ? random.normal(0, noise) : 0);
    })
  );
  return { width: side, height: side, channels, opacity: new Float32Array(side * side).fill(1) };
}

Deno.test("findGround() tells the ground of one colour and of a gradient, and what differs from it", () => {
  for (const name of ["white", "grey", "blue", "gradient", "coloured gradient"]) {
    const { isPlain, difference, threshold, luma } = findGround(scene(BACKDROPS[name]!));
    assert.ok(isPlain, name);
    const wrong = difference.filter((value, at) => {
      const [x, y] = [at % 60, Math.floor(at / 60)];
      const isInside = Math.abs(x - 30) < 10 && Math.abs(y - 30) < 10;
      return isInside !== (value > threshold);
    });
    assert.equal(wrong.length, 0, name);
    assert.ok(luma[30 * 60 + 30]! > 0.3, name); // behind the object
  }
});

Deno.test("findGround() sets its threshold by the border's noise", () => {
  assert.ok(Math.abs(findGround(scene(BACKDROPS.grey!)).threshold - 10 / 255) < 1e-6);
  const { isPlain, threshold, difference } = findGround(scene(BACKDROPS.grey!, { noise: 0.02 }));
  assert.ok(isPlain);
  // The median of the largest of three is 1.27 standard deviations; of 600 pixels, within 10 %.
  assert.ok(Math.abs(threshold / (4 * 1.27 * 0.02) - 1) < 0.1, `${threshold}`);
  assert.ok(difference.filter((value) => value > threshold).length < 410); // 400 are the square's
});

Deno.test("findGround() calls a texture and a border with several colours not plain", () => {
  const stripes: Backdrop = (x, y) =>
    Math.sin(70 * (x + y)) > 0 ? [0.8, 0.7, 0.6] : [0.3, 0.2, 0.2];
  const horizon: Backdrop = (_, y) => y > 0.5 ? [0.3, 0.3, 0.3] : [0.9, 0.9, 0.9];
  for (const backdrop of [stripes, horizon]) assert.ok(!findGround(scene(backdrop)).isPlain);
  assert.ok(!findGround(scene(BACKDROPS.grey!, { noise: 0.1 })).isPlain);
});

Deno.test("findGround() follows the ground where the object covers a third of the border", () => {
  const half: Backdrop = (x) => x < 0.2 ? [0.1, 0.1, 0.1] : [0.7, 0.8, 0.9];
  const { isPlain, difference, threshold } = findGround(scene(half, { square: 0 }));
  assert.ok(isPlain); // a fifth of two sides and one whole side are covered
  const row = difference.subarray(30 * 60, 31 * 60);
  assert.ok(row.every((value, x) => x / 59 < 0.2 ? value > 0.5 : value <= threshold), row.join());
});
