import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { fittingScale, fittingSize } from "@/show/plot/viewpoint.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";

const angle = fc.double({ min: -7, max: 7, noNaN: true });
const randomGrid = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 })
  .map((cells): VoxelGrid => ({ occupancy: cells.map(Number), size: [3, 4, 5] }));

/** A grid of one filled voxel out of 2 x 2 x 2. */
function oneVoxel(layer: number, row: number, column: number): VoxelGrid {
  const occupancy = new Uint8Array(8);
  occupancy[layer * 4 + row * 2 + column] = 1;
  return { occupancy, size: [2, 2, 2] };
}

function pixel({ width, pixels }: Bitmap, x: number, y: number): number[] {
  return [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
}

function isDrawn(bitmap: Bitmap, x: number, y: number): boolean {
  return pixel(bitmap, x, y).some((value) => value < 250);
}

/** An asymmetric solid of boxes: a post at the left, a foot to the right, a nose to the viewer. */
function asymmetric(size: number): VoxelGrid {
  const occupancy = new Float32Array(size ** 3);
  for (let i = 0; i < occupancy.length; i++) {
    const centre = (index: number) => (2 * index + 1) / size - 1;
    const x = centre(i % size);
    const y = -centre(Math.floor(i / size) % size);
    const z = centre(Math.floor(i / size ** 2));
    const isPost = x > -0.6 && x < -0.2 && Math.abs(y) < 0.8 && Math.abs(z) < 0.2;
    const isFoot = x >= -0.2 && x < 0.7 && y < -0.4 && y > -0.8 && Math.abs(z) < 0.2;
    const isNose = x > -0.6 && x < -0.2 && y > 0.1 && y < 0.5 && z <= -0.2 && z > -0.7;
    if (isPost || isFoot || isNose) occupancy[i] = 1;
  }
  return { occupancy, size: [size, size, size] };
}

/** The model's projection in plain numbers: sum over d of occupancy(R p), trilinear, `[H, W]`. */
function projectedSum({ occupancy, size: [D, H, W] }: VoxelGrid, azimuth: number): number[] {
  const at = (d: number, h: number, w: number) =>
    d < 0 || d >= D || h < 0 || h >= H || w < 0 || w >= W ? 0 : occupancy[(d * H + h) * W + w]!;
  const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
  return Array.from({ length: H * W }, (_, i) => {
    const [h, w] = [Math.floor(i / W), i % W];
    let sum = 0;
    for (let d = 0; d < D; d++) {
      const [x, z] = [(2 * w + 1) / W - 1, (2 * d + 1) / D - 1];
      const column = ((x * cos + z * sin + 1) * W - 1) / 2;
      const layer = ((-x * sin + z * cos + 1) * D - 1) / 2;
      const [w0, d0] = [Math.floor(column), Math.floor(layer)];
      const [u, v] = [column - w0, layer - d0];
      sum += (1 - v) * ((1 - u) * at(d0, h, w0) + u * at(d0, h, w0 + 1)) +
        v * ((1 - u) * at(d0 + 1, h, w0) + u * at(d0 + 1, h, w0 + 1));
    }
    return sum;
  });
}

/** Intersection over union of the drawn silhouette and the projection's, at the pixels' centres. */
function silhouetteAgreement(grid: VoxelGrid, drawnAt: number, projectedAt: number): number {
  const count = grid.size[2];
  const bitmap = drawVoxels(grid, { ...fittingSize(1.5 * count, 0), azimuth: drawnAt });
  const left = (bitmap.width - 3 * count) / 2;
  const sum = projectedSum(grid, projectedAt);
  let [both, either] = [0, 0];
  for (let i = 0; i < count * count; i++) {
    const [x, y] = [left + 3 * (i % count) + 1, 3 * Math.floor(i / count) + 1];
    const [drawn, projected] = [isDrawn(bitmap, x, y), sum[i]! > 0.25];
    both += Number(drawn && projected);
    either += Number(drawn || projected);
  }
  return both / either;
}

Deno.test("drawVoxels() draws one voxel in its place, in the colour of its position", () => {
  const bitmap = drawVoxels(oneVoxel(0, 0, 1), { width: 24, height: 16 });
  // The near, upper, right octant of 8 x 8 pixels; light on a face seen head-on is 0.962.
  const expected = [0.75, 0.25, 0.75].map((value) => 255 * 0.962 * value);
  pixel(bitmap, 16, 4).forEach((value, c) => assert.ok(Math.abs(value - expected[c]!) <= 1));
  for (let i = 0; i < 24 * 16; i++) {
    const [x, y] = [i % 24, Math.floor(i / 24)];
    assert.equal(isDrawn(bitmap, x, y), x >= 12 && x < 20 && y < 8, `pixel (${x}, ${y})`);
  }
});

Deno.test("drawVoxels() shows the right side in front at azimuth pi / 2", () => {
  // There the viewer looks along x: the line (x cos a + z sin a, -x sin a + z cos a) is (z, -x).
  const bitmap = drawVoxels(oneVoxel(0, 1, 0), { width: 24, height: 16, azimuth: Math.PI / 2 });
  assert.ok(isDrawn(bitmap, 16, 12), "near layers are now on the right");
  assert.ok(!isDrawn(bitmap, 8, 12));
});

Deno.test("drawVoxels() looks down from elevation pi / 2: far layers at the top", () => {
  const view = { width: 32, height: 32, elevation: Math.PI / 2 };
  assert.ok(isDrawn(drawVoxels(oneVoxel(1, 0, 0), view), 12, 12));
  assert.ok(isDrawn(drawVoxels(oneVoxel(0, 0, 0), view), 12, 20));
});

// Only pixels that see a sliver of a voxel can differ: there a trilinear sum is near 0, a ray hits.
Deno.test("drawVoxels() has the silhouette of the model's projection at every azimuth", () => {
  const grid = asymmetric(24);
  for (const azimuth of [0, 0.4, Math.PI / 4, 1.3, Math.PI / 2, 2.5, Math.PI, 4, 5.5]) {
    const agreement = silhouetteAgreement(grid, azimuth, azimuth);
    assert.ok(agreement > 0.95, `azimuth ${azimuth}: ${agreement}`);
  }
  assert.ok(silhouetteAgreement(grid, 0.9, -0.9) < 0.85, "a mirrored turn must not pass");
});

Deno.test("drawVoxels() draws a voxel from the threshold on, .05 by default", () => {
  const grid = (occupancy: number): VoxelGrid => ({ occupancy: [occupancy], size: [1, 1, 1] });
  const draws = (occupancy: number, threshold?: number) =>
    isDrawn(drawVoxels(grid(occupancy), { width: 12, height: 8, threshold }), 6, 4);
  assert.deepEqual([draws(0.05), draws(0.045), draws(0.4, 0.5), draws(0.5, 0.5)], [
    true,
    false,
    false,
    true,
  ]);
});

Deno.test("drawVoxels() draws the untrained full cube whole, from every side", () => {
  const cube: VoxelGrid = { occupancy: new Uint8Array(1000).fill(1), size: [10, 10, 10] };
  const scale = fittingScale(60, 42, 0);
  for (const azimuth of [0, 0.3, Math.PI / 4, 2]) {
    const { pixels } = drawVoxels(cube, { width: 60, height: 42, azimuth });
    const area = 4 * scale ** 2 * (Math.abs(Math.cos(azimuth)) + Math.abs(Math.sin(azimuth)));
    let drawn = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      drawn += Number(pixels[i]! + pixels[i + 1]! + pixels[i + 2]! < 750);
    }
    assert.ok(Math.abs(drawn / area - 1) < 0.05, `azimuth ${azimuth}: ${drawn} of ${area}`);
  }
});

// A ray along a wall may fall on either side of it after the turn.
Deno.test("drawVoxels() is unchanged by a turn of 2 pi", () => {
  fc.assert(
    fc.property(randomGrid, angle, angle, (grid, azimuth, elevation) => {
      const view = { width: 30, height: 30, azimuth, elevation };
      const once = drawVoxels(grid, view).pixels;
      const again = drawVoxels(grid, { ...view, azimuth: azimuth + 2 * Math.PI }).pixels;
      const differing = once.filter((value, i) => Math.abs(value - again[i]!) > 2).length;
      assert.ok(differing <= 0.01 * once.length, `${differing} of ${once.length} bytes`);
    }),
    { numRuns: 30 },
  );
});

Deno.test("drawVoxels() draws nothing outside the grid's bounding circle", () => {
  fc.assert(
    fc.property(randomGrid, angle, angle, (grid, azimuth, elevation) => {
      const bitmap = drawVoxels(grid, { width: 60, height: 30, azimuth, elevation });
      const radius = Math.sqrt(3) * fittingScale(60, 30, elevation) + 1;
      for (let i = 0; i < 60 * 30; i++) {
        const [x, y] = [i % 60, Math.floor(i / 60)];
        if (Math.hypot(x + 0.5 - 30, y + 0.5 - 15) > radius) {
          assert.deepEqual(pixel(bitmap, x, y), [255, 255, 255]);
        }
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("drawVoxels() refuses an occupancy of another size, and no rays", () => {
  assert.throws(() => drawVoxels({ occupancy: [1], size: [1, 2, 3] }, { width: 4, height: 4 }), {
    name: "TypeError",
    message: "Cannot draw voxels: occupancy must have 1 * 2 * 3 = 6 values, got 1",
  });
  assert.throws(() => drawVoxels(oneVoxel(0, 0, 0), { width: 4, height: 4, raysPerSide: 0 }), {
    name: "RangeError",
    message: "Cannot draw voxels: raysPerSide must be an integer >= 1, got 0",
  });
});
