import assert from "node:assert/strict";
import { extrudeSilhouette, nearestImages, revolveSilhouette } from "@/study/score/baselines.ts";
import { intersectionOverUnion } from "@/study/score/overlap.ts";
import { assertClose } from "../../assert.ts";
import { ball } from "./solids.ts";

const [SIZE, RADIUS] = [40, 15] as const;
const BALL = ball(SIZE, RADIUS);

/** A solid's silhouette from the front. */
const SILHOUETTE = Float32Array.from({ length: SIZE ** 2 }, (_, pixel) => {
  for (let d = 0; d < SIZE; d++) if (BALL[d * SIZE ** 2 + pixel]) return 1;
  return 0;
});

Deno.test("extrudeSilhouette() of a ball has the overlap that geometry predicts", () => {
  // Ball and cylinder of half depth h share 2 pi (r^2 h - h^3 / 3); the ball has 4/3 pi r^3, the
  // cylinder 2 pi r^2 h. For h = r that is 2/3.
  for (const half of [5, 10, 15]) {
    const shared = 2 * (RADIUS ** 2 * half - half ** 3 / 3);
    const either = 4 / 3 * RADIUS ** 3 + 2 * RADIUS ** 2 * half - shared;
    const extruded = extrudeSilhouette(SILHOUETTE, SIZE, 2 * half);
    // The tolerance allows for balls made of cells.
    assertClose([intersectionOverUnion(extruded, BALL)], [shared / either], 0.015);
  }
});

Deno.test("extrudeSilhouette() is centred, as deep as asked or one deeper", () => {
  const layers = (size: number, depth: number) =>
    Array.from(
      { length: size },
      (_, d) => extrudeSilhouette(new Float32Array(size ** 2).fill(1), size, depth)[d * size ** 2],
    );
  assert.deepEqual(layers(6, 2), [0, 0, 1, 1, 0, 0]);
  assert.deepEqual(layers(6, 3), [0, 1, 1, 1, 1, 0]);
  assert.deepEqual(layers(5, 1), [0, 0, 1, 0, 0]);
  assert.deepEqual(layers(5, 5), [1, 1, 1, 1, 1]);
});

Deno.test("revolveSilhouette() of a ball is the ball", () => {
  const overlap = intersectionOverUnion(revolveSilhouette(SILHOUETTE, SIZE), BALL);
  assert.ok(overlap > 0.96, `${overlap}: distances are rounded to columns`);
});

Deno.test("revolveSilhouette() looks the same after a quarter turn, and uses either side", () => {
  const size = 6;
  const right = Float32Array.from({ length: size ** 2 }, (_, i) => i % size === 5 ? 1 : 0);
  const solid = revolveSilhouette(right, size);
  const at = (d: number, w: number) => solid[(d * size + 2) * size + w];
  assert.deepEqual([at(2, 5), at(2, 0), at(5, 2), at(0, 3), at(2, 3), at(0, 0)], [
    1,
    1,
    1,
    1,
    0,
    0,
  ]);
});

Deno.test("nearestImages() finds the least squared difference, the first on a tie", () => {
  const others = Float32Array.of(0, 0, 1, 1, 1, 0, 1, 1);
  const images = Float32Array.of(0.9, 0.8, 0.6, 0.1, 0.2, 0.2);
  assert.deepEqual([...nearestImages(images, others, 2)], [1, 2, 0]);
});
