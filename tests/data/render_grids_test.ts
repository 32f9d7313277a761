import assert from "node:assert/strict";
import { renderGrids, SOLID_OPACITY } from "@/data/render_grids.ts";
import type { VoxelGrids } from "@/data/voxel_grids.ts";
import { projectVoxels } from "@/render/project.ts";
import * as tf from "@/engine/tf.ts";
import { requestOf } from "./fixtures.ts";

/** An upright post of 2x2 cells about the axis: the same image from every side. */
function posts(size: number, count: number): VoxelGrids {
  const voxels = new Uint8Array(count * size ** 3);
  const middle = [size / 2 - 1, size / 2];
  for (let item = 0; item < count; item++) {
    for (const d of middle) {
      for (let h = 1; h < size - 1; h++) {
        for (const w of middle) voxels[((item * size + d) * size + h) * size + w] = 1;
      }
    }
  }
  return { size, count, voxels };
}

Deno.test("renderGrids() renders a solid white on black at any azimuth", async () => {
  const { pixels } = await renderGrids(posts(8, 3), requestOf({ imageSize: 8 }), "posts");
  for (let item = 0; item < 3; item++) {
    const row = [...pixels.subarray(item * 64 + 24, item * 64 + 32)];
    assert.ok(row[3]! > 250 && row[4]! > 250, `the middle is opaque, got ${row}`);
    assert.deepEqual([row[0], row[1], row[6], row[7]], [0, 0, 0, 0]);
    assert.deepEqual([...pixels.subarray(item * 64, item * 64 + 8)], new Array(8).fill(0));
  }
});

Deno.test("renderGrids() resizes the image of a grid of another size", async () => {
  const { pixels } = await renderGrids(posts(16, 2), requestOf({ imageSize: 8 }), "posts");
  assert.equal(pixels.length, 2 * 64);
  assert.ok(pixels[3 * 8 + 3]! > 120 && pixels[3 * 8] === 0);
});

Deno.test("renderGrids() draws azimuths uniformly from a full turn", async () => {
  const { azimuths } = await renderGrids(posts(2, 4000), requestOf({ imageSize: 2 }), "posts");
  assert.ok(azimuths.every((azimuth) => azimuth >= 0 && azimuth < 2 * Math.PI));
  for (const quarter of [0, 1, 2, 3]) {
    const isIn = (azimuth: number) => Math.floor(azimuth / (Math.PI / 2)) === quarter;
    const share = azimuths.filter(isIn).length / 4000;
    assert.ok(Math.abs(share - 0.25) < 0.035, `5 standard deviations, got ${share}`);
  }
});

Deno.test("renderGrids() renders each grid several times, the first time as ever", async () => {
  const [size, count] = [6, 5];
  const voxels = Uint8Array.from(
    { length: count * size ** 3 },
    (_, i) => i % 7 === Math.floor(i / size ** 3) ? 1 : 0,
  );
  const render = (imagesPerObject: number, name = "grids") =>
    renderGrids({ size, count, voxels }, requestOf({ imageSize: size, imagesPerObject }), name);
  const [one, three] = [await render(1), await render(3)];
  assert.deepEqual([...one.objects], [0, 1, 2, 3, 4]);
  assert.deepEqual([...three.objects], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  assert.equal(new Set(three.azimuths).size, 15, "every azimuth is its own");
  const imageAt = (pixels: Uint8Array, item: number) =>
    pixels.subarray(item * size ** 2, (item + 1) * size ** 2);
  for (let item = 0; item < count; item++) {
    assert.equal(three.azimuths[3 * item], one.azimuths[item]);
    assert.deepEqual(imageAt(three.pixels, 3 * item), imageAt(one.pixels, item));
  }
  // All others, too, are the grids that they say, from their azimuths.
  const expected = tf.tidy(() => {
    const repeated = Float32Array.from(
      { length: 15 * size ** 3 },
      (_, i) => voxels[Math.floor(i / (3 * size ** 3)) * size ** 3 + i % size ** 3]!,
    );
    const density = tf.tensor4d(repeated, [15, size, size, size]);
    return projectVoxels(density, tf.tensor1d(three.azimuths), { tau: SOLID_OPACITY }).dataSync();
  });
  assert.deepEqual([...three.pixels], [...expected].map((value) => Math.round(255 * value)));
  // However many there are, the second is the same.
  const two = await render(2);
  assert.deepEqual(imageAt(two.pixels, 2 * 4 + 1), imageAt(three.pixels, 3 * 4 + 1));
});

Deno.test("renderGrids() depends on the seed", async () => {
  const render = async (
    seed: number,
  ) => [...(await renderGrids(posts(4, 5), requestOf({ imageSize: 4, seed }), "posts")).azimuths];
  assert.deepEqual(await render(1), await render(1));
  assert.notDeepEqual(await render(1), await render(2));
});

Deno.test("renderGrids() keeps no tensor and reports progress", async () => {
  const before = tf.memory().numTensors;
  const done: number[] = [];
  const onProgress = (report: { done: number }) => done.push(report.done);
  await renderGrids(posts(64, 20), requestOf({ imageSize: 4, onProgress }), "posts");
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(done, [8, 16, 20]); // 2^21 cells at once
});

Deno.test("renderGrids() stops at the signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(renderGrids(posts(4, 1), requestOf({ signal }), "posts"), {
    message: "enough",
  });
});
