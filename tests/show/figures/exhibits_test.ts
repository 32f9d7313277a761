import assert from "node:assert/strict";
import fc from "fast-check";
import {
  comparedShapes,
  exhibitsOf,
  exhibitsWithInputs,
  momentsOf,
  shapesDuringTraining,
} from "@/show/figures/exhibits.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import { trainingStrips } from "@/show/plot/figures.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";
import { AREA, CELLS, handMadeRun, LEFT_HALF } from "./runs.ts";

/** What a model might make of so many images: every value says whose it is. */
function reconstructionOf(azimuth: readonly number[]): Reconstruction {
  const rows = (length: number) =>
    Float32Array.from({ length: azimuth.length * length }, (_, i) => Math.floor(i / length));
  return {
    latent: rows(TINY.latentSize - 1),
    azimuth: Float32Array.from(azimuth),
    elevation: new Float32Array(azimuth.length),
    occupancy: rows(CELLS),
    projection: rows(AREA),
    rendering: rows(AREA),
  };
}

Deno.test("exhibitsOf() gives each image its own rendering, voxels and label", () => {
  const exhibits = exhibitsOf(reconstructionOf([0, 1, 2]), ["a", "b", "c"], TINY);
  assert.deepEqual(exhibits.map(({ label }) => label), ["a", "b", "c"]);
  for (const [i, { image, grid }] of exhibits.entries()) {
    assert.deepEqual([...new Float32Array(image)], Array(AREA).fill(i));
    assert.deepEqual([...new Float32Array(grid.occupancy)], Array(CELLS).fill(i));
    assert.deepEqual(grid.size, [8, 8, 8]);
  }
});

Deno.test("exhibitsOf() puts in front the azimuth that the renderer turns the grid by", () => {
  const azimuths = fc.float({ min: -7, max: 7, noNaN: true });
  fc.assert(
    fc.property(fc.array(azimuths, { minLength: 1, maxLength: 3 }), (azimuths) => {
      const exhibits = exhibitsOf(reconstructionOf(azimuths), azimuths.map(String), TINY);
      assert.deepEqual(exhibits.map(({ front }) => front), azimuths);
    }),
    { seed: 1 },
  );
});

Deno.test("exhibitsWithInputs() puts input, projection and any texture before each shape", () => {
  const inputs = new Float32Array(2 * AREA).map((_, i) => i < AREA ? 10 : 11);
  const made = { ...reconstructionOf([1, 2]), projection: inputs.map((value) => value + 10) };
  for (const texture of [true, false]) {
    const config = { ...TINY, texture };
    const exhibits = exhibitsWithInputs(inputs, made, ["a", "b"], config);
    const first = exhibits.map(({ images }) =>
      Object.entries(images!).map(([name, image]) => [name, image.length, image[0]])
    );
    assert.deepEqual(
      first,
      [0, 1].map((i) => [
        ["input", AREA, 10 + i],
        ["projection", AREA, 20 + i],
        ...(texture ? [["textured", AREA, i]] : []),
      ]),
    );
    const plain = exhibits.map(({ images: _images, ...rest }) => rest);
    assert.deepEqual(plain, exhibitsOf(made, ["a", "b"], config));
  }
});

Deno.test("exhibitsOf() takes as many images as there are labels", () => {
  assert.equal(exhibitsOf(reconstructionOf([0, 0]), ["only"], TINY).length, 1);
  assert.deepEqual(exhibitsOf(reconstructionOf([0, 0]), [], TINY), []);
});

Deno.test("shapesDuringTraining() draws for each frame the strips that its occupancies give", () => {
  const run = handMadeRun();
  const { names } = run.data.monitor;
  // Tracked third and second: grid and pose are found by that index, the rendering by the slot.
  const [name, other] = [names[2]!, names[1]!];
  const images = shapesDuringTraining(run, { [name]: "third", [other]: "second" });
  assert.equal(images.length, run.frames.length);
  const exhibit = (slot: number, label: string) => ({
    label,
    image: new Float32Array(AREA).fill(51 * (slot + 1) / 255),
    grid: { occupancy: LEFT_HALF, size: [8, 8, 8] as const },
    front: Math.fround((1 + slot / 4) * Math.PI),
  });
  for (const [i, { step }] of run.frames.entries()) {
    const exhibits = [exhibit(2, "third"), exhibit(1, "second")];
    assert.deepEqual(images[i], trainingStrips(exhibits, step, { scale: 2 }));
  }
});

Deno.test("shapesDuringTraining() draws a voxel from the occupancy of .05 on", () => {
  const run = handMadeRun();
  const name = run.data.monitor.names[0]!;
  const draw = (byte: number) => {
    const frame = { ...run.frames[0]!, occupancies: new Uint8Array(4 * CELLS).fill(byte) };
    const images = shapesDuringTraining({ ...run, frames: [frame] }, { [name]: "" });
    return images[0]!.pixels;
  };
  // An occupancy of .05 is 12.75 of 255.
  assert.notDeepEqual(draw(12), draw(13));
  assert.deepEqual(draw(0), draw(12));
  assert.deepEqual(draw(13), draw(255));
});

Deno.test("momentsOf() gives one image's shape, rendering and front in every frame", () => {
  const run = handMadeRun();
  const moments = momentsOf(run, run.data.monitor.names[2]!);
  assert.deepEqual(
    moments.map(({ label }) => label),
    ["0", "3", "6", "9", "12"].map((step) => `bars round, step ${step}`),
  );
  for (const { image, grid, front } of moments) {
    assert.deepEqual(image, new Float32Array(AREA).fill(153 / 255));
    assert.deepEqual(grid, { occupancy: LEFT_HALF, size: [8, 8, 8] });
    assert.equal(front, Math.fround(1.5 * Math.PI));
  }
});

Deno.test("shapesDuringTraining() makes no tensors", () => {
  const run = handMadeRun();
  assertTensorsKept(0, () => shapesDuringTraining(run, { [run.data.monitor.names[0]!]: "" }));
});

Deno.test("shapesDuringTraining() lists the tracked images when it refuses one", () => {
  assert.throws(() => shapesDuringTraining(handMadeRun(), { "blobs oval": "oval" }), {
    name: "RangeError",
    message: "Cannot draw shapes: name must be one of blobs round, blobs square, bars round, " +
      "bars square, got blobs oval",
  });
});

Deno.test("comparedShapes() shows every image by every model, in grids that fill the same cube", () => {
  const images = new Float32Array(2 * AREA).map((_, i) => Math.floor(i / AREA));
  const plain = {
    gridSize: 8,
    threshold: 0.05,
    reconstruct: () => reconstructionOf([0.5, 1.5]),
  } as unknown as Inference;
  const side = 10;
  const occupancy = new Float32Array(2 * side ** 3).fill(0.7); // 1 inside of the border
  for (let cell = 0; cell < occupancy.length; cell++) {
    const at = [cell, cell / side, cell / side ** 2].map((index) => Math.floor(index) % side);
    if (at.every((index) => index > 0 && index < side - 1)) occupancy[cell] = 1;
  }
  const bordered = {
    gridSize: side,
    border: 1,
    threshold: 0.5,
    reconstruct: () => ({ ...reconstructionOf([2.5, 3.5]), occupancy }),
  } as unknown as Inference;
  const objects = comparedShapes({ plain, bordered }, images, ["a", "b"]);
  assert.deepEqual(objects.map(({ label }) => label), ["a", "b"]);
  for (const [i, { input, exhibits }] of objects.entries()) {
    assert.deepEqual([...new Float32Array(input)], Array(AREA).fill(i));
    assert.deepEqual(
      exhibits.map(({ label, front, threshold, grid }) => [label, front, threshold, grid.size]),
      [["plain", i + 0.5, 0.05, [8, 8, 8]], ["bordered", i + 2.5, 0.5, [8, 8, 8]]],
    );
    assert.deepEqual([...new Float32Array(exhibits[0]!.grid.occupancy)], Array(CELLS).fill(i));
    assert.deepEqual([...new Float32Array(exhibits[1]!.grid.occupancy)], Array(CELLS).fill(1));
  }
});
