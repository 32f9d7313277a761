import assert from "node:assert/strict";
import {
  type ImageStack,
  inputsBesideRenderings,
  sheetsBeside,
  trainingStrip,
  trainingStrips,
  turntable,
} from "@/show/plot/figures.ts";
import { type Bitmap, createBitmap, paste } from "@/show/plot/bitmap.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";

const size = 6;
const grid: VoxelGrid = {
  occupancy: Float32Array.from({ length: size ** 3 }, (_, i) => i % size < 3 ? 1 : 0), // left half
  size: [size, size, size],
};
const image = new Float32Array(size * size).fill(0.5);

/** Cuts a rectangle out of an image. */
function cut(bitmap: Bitmap, left: number, top: number, width: number, height: number): Bitmap {
  const part = createBitmap(width, height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * bitmap.width + left);
    paste(
      part,
      { width, height: 1, pixels: bitmap.pixels.subarray(from, from + 4 * width) },
      0,
      y,
    );
  }
  return part;
}

function drawnColumns({ width, height, pixels }: Bitmap): [number, number] {
  const drawn = Array.from({ length: width }, (_, x) => x).filter((x) =>
    Array.from({ length: height }, (_, y) => 4 * (y * width + x))
      .some((p) => pixels[p]! + pixels[p + 1]! + pixels[p + 2]! < 750)
  );
  return [drawn[0]!, drawn.at(-1)!];
}

Deno.test("trainingStrip() puts the image before eight views, all at one scale", () => {
  const strip = trainingStrip({ image, grid });
  const view = 2 * Math.ceil(9 * Math.SQRT2);
  assert.deepEqual([strip.width, strip.height], [18 + 8 * (8 + view), 18]);
  assert.deepEqual([...strip.pixels.subarray(0, 4)], [128, 128, 128, 255]);
  // At azimuth 0 the left half of the grid covers the left 9 of the 18 pixels.
  const first = cut(strip, 18 + 8, 0, view, 18);
  assert.deepEqual(drawnColumns(first), [(view - 18) / 2, (view - 18) / 2 + 8]);
});

Deno.test("trainingStrip() puts a smaller image in the middle, black around it", () => {
  const strip = trainingStrip({ image: new Float32Array(16).fill(0.5), grid });
  const framed = Float32Array.from({ length: 36 }, (_, i) => {
    const [row, column] = [Math.floor(i / 6), i % 6];
    return Math.min(row, column) >= 1 && Math.max(row, column) <= 4 ? 0.5 : 0;
  });
  assert.deepEqual(strip, trainingStrip({ image: framed, grid }));
});

Deno.test("trainingStrip() draws the given viewpoints", () => {
  const strip = trainingStrip({ image, grid }, { azimuths: [0, Math.PI], elevation: Math.PI / 6 });
  const view = 2 * Math.ceil(9 * Math.SQRT2);
  const halves = [0, 1].map((i) => cut(strip, 18 + 8 + i * (8 + view), 0, view, strip.height));
  const [front, back] = halves.map(drawnColumns);
  assert.ok(front![1] < view / 2 && back![0] >= view / 2, `front ${front}, back ${back}`);
});

Deno.test("trainingStrip() shows several images, and all azimuths at each elevation", () => {
  const azimuths = [0, Math.PI];
  const images = { input: image.map(() => 1 / 3), projection: image };
  const elevation = [0, Math.PI / 6];
  const strip = trainingStrip({ image, images, grid }, { azimuths, elevation });
  const view = 2 * Math.ceil(9 * Math.SQRT2);
  assert.equal(strip.width, 2 * 18 + 4 * view + 5 * 8);
  const middle = Math.floor(strip.height / 2);
  const red = (x: number) => strip.pixels[4 * (middle * strip.width + x)];
  assert.deepEqual([red(0), red(18 + 8)], [85, 128]);
  const level = trainingStrip({ image, grid }, { azimuths });
  const raised = trainingStrip({ image, grid }, { azimuths, elevation: Math.PI / 6 });
  const width = 2 * view + 8;
  const viewsOf = (bitmap: Bitmap) => cut(bitmap, 26, 0, width, bitmap.height);
  const top = Math.floor((strip.height - level.height) / 2);
  assert.deepEqual(cut(strip, 2 * 26, top, width, level.height), viewsOf(level));
  assert.deepEqual(cut(strip, 2 * 26 + width + 8, 0, width, raised.height), viewsOf(raised));
});

Deno.test("trainingStrips() has a second line of headings for several elevations", () => {
  const exhibit = { label: "face", image, images: { input: image, projection: image }, grid };
  const draw = (elevation: number | number[]) =>
    trainingStrips([exhibit], 1, { elevation, scale: 10 }); // room for every heading
  const [level, two] = [draw(0), draw([0, 0])];
  const view = 2 * Math.ceil(30 * Math.SQRT2);
  assert.equal(two.width - level.width, 8 * (view + 8));
  assert.ok(two.height > level.height);
});

Deno.test("trainingStrips() refuses exhibits with different images", () => {
  const exhibit = { label: "a", image, grid };
  assert.throws(() => trainingStrips([exhibit, { ...exhibit, images: { input: image } }], 1), {
    name: "TypeError",
    message: "Cannot draw strips: every exhibit must have the images image, got input",
  });
});

Deno.test("trainingStrips() stacks strips of one width under headings", () => {
  const exhibit = { label: "digit 3", image, grid };
  const [one, two] = [1, 2].map((count) => trainingStrips(Array(count).fill(exhibit), 50));
  assert.equal(one!.width, two!.width);
  assert.equal(two!.height - one!.height, 18 + 8 + 2); // a strip is as high as its label: 20 pixels
  assert.equal(trainingStrips([exhibit], 22_500).width, one!.width, "a long step fits too");
});

function stack(count: number, value: number): ImageStack {
  return { values: new Float32Array(count * 12).fill(value), size: [count, 3, 4] };
}

Deno.test("inputsBesideRenderings() puts an image at the same place in both grids", () => {
  const sheet = inputsBesideRenderings(stack(16, 0), stack(16, 0.5), { scale: 3 });
  const gridWidth = 8 * 12 + 7 * 2;
  const gap = 24;
  const margin = 16;
  const y = sheet.height - margin - 1; // the last row of both grids
  const red = (x: number) => sheet.pixels[4 * (y * sheet.width + x)];
  assert.equal(red(margin), 0);
  assert.equal(red(margin + gridWidth + gap), 128);
  assert.equal(sheet.width, 2 * margin + 2 * gridWidth + gap);
});

Deno.test("inputsBesideRenderings() writes the step below, without changing the width", () => {
  const without = inputsBesideRenderings(stack(64, 0), stack(64, 1));
  const withStep = inputsBesideRenderings(stack(64, 0), stack(64, 1), { step: 5500 });
  assert.equal(withStep.width, without.width);
  assert.ok(withStep.height > without.height);
});

Deno.test("inputsBesideRenderings() refuses stacks of two sizes", () => {
  assert.throws(() => inputsBesideRenderings(stack(4, 0), stack(3, 0)), {
    name: "TypeError",
    message: "Cannot draw sheets beside each other: rendering must have the size of input " +
      "[4, 3, 4], got [3, 3, 4]",
  });
});

Deno.test("sheetsBeside() puts any number of sheets from left to right, each under its heading", () => {
  const stacks = { input: stack(16, 0), projection: stack(16, 0.25), textured: stack(16, 0.75) };
  const sheet = sheetsBeside(stacks, { scale: 3 });
  const sheetWidth = 8 * 12 + 7 * 2;
  assert.equal(sheet.width, 2 * 16 + 3 * sheetWidth + 2 * 24);
  const y = sheet.height - 16 - 1;
  const reds = [0, 1, 2].map((i) =>
    sheet.pixels[4 * (y * sheet.width + 16 + i * (sheetWidth + 24))]
  );
  assert.deepEqual(reds, [0, 64, 191]);
  const { input, projection } = stacks;
  assert.deepEqual(
    sheetsBeside({ input, rendering: projection }),
    inputsBesideRenderings(input, projection),
  );
});

Deno.test("turntable() gives 24 different views of all shapes, of one size", () => {
  const frames = turntable([{ label: "a", grid }, { label: "b", grid }], { width: 40 });
  assert.equal(frames.length, 24);
  frames.forEach((frame, i) => {
    assert.deepEqual([frame.width, frame.height], [frames[0]!.width, frames[0]!.height]);
    assert.notDeepEqual(frame.pixels, frames[(i + 1) % 24]!.pixels);
  });
});

Deno.test("trainingStrip() and turntable() draw each shape from its own threshold on", () => {
  const foggy = { ...grid, occupancy: Float32Array.from(grid.occupancy, (full) => full ? 1 : 0.3) };
  const exhibit = { label: "", image, grid: foggy };
  const [own, all] = [{ ...exhibit, threshold: 0.5 }, { threshold: 0.5 }];
  assert.deepEqual(trainingStrip(own), trainingStrip(exhibit, all));
  assert.deepEqual(trainingStrip(own, { threshold: 0.2 }), trainingStrip(own));
  assert.notDeepEqual(trainingStrip(own), trainingStrip(exhibit));
  const [few, turning] = [{ frames: 2, width: 40 }, turntable([own], { frames: 2, width: 40 })];
  assert.deepEqual(turning, turntable([exhibit], { ...few, ...all }));
  assert.notDeepEqual(turning, turntable([exhibit], few));
});
