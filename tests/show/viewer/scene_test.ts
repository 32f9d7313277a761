import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { packScene, type Scene, type ViewerFrame } from "@/show/viewer/scene.ts";

const frameOf = (occupancy: ArrayLike<number>, label = "a shape"): ViewerFrame => ({
  label,
  grid: { occupancy, size: [1, 1, occupancy.length] },
});
const bytesOf = ({ voxels }: Scene) => [...inflateSync(Buffer.from(voxels, "base64"))];

// 255 * .05 = 12.75, so .05 is 12 units: one unit is .05 / 12, and 1 is 240 of them.
Deno.test("packScene() gives each voxel the whole units of its occupancy", () => {
  const scene = packScene([frameOf([0, 0.025, 0.04995, 0.05, 0.25, 1])]);
  assert.equal(scene.level, 12);
  assert.equal(scene.unit, 0.05 / 12);
  assert.deepEqual(bytesOf(scene), [0, 6, 11, 12, 60, 240]);
  assert.equal(scene.highest, 240);
});

Deno.test("packScene() keeps every voxel on its side of the threshold", () => {
  const occupancy = fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.constant(0.3));
  const threshold = fc.oneof(fc.constant(0.3), fc.double({ min: 1e-3, max: 5, noNaN: true }));
  fc.assert(
    fc.property(fc.array(occupancy, { minLength: 1 }), threshold, (occupancies, threshold) => {
      const scene = packScene([frameOf(occupancies)], { threshold });
      const bytes = bytesOf(scene);
      assert.deepEqual(
        bytes.map((byte) => byte >= scene.level),
        occupancies.map((occupancy) => occupancy >= threshold),
      );
      bytes.forEach((byte, i) => {
        const error = occupancies[i]! - byte * scene.unit;
        assert.ok(byte === 255 || Math.abs(error) <= scene.unit * (1 + 1e-9), String(error));
      });
    }),
  );
});

Deno.test("packScene() puts frames one after another, with labels and fronts", () => {
  const frames = [{ ...frameOf([0, 1], "step 0"), front: 2 }, frameOf([1, 0], "step 50")];
  const scene = packScene(frames, { threshold: 1, alt: "a 3" });
  assert.deepEqual(bytesOf(scene), [0, 255, 255, 0]);
  assert.deepEqual(scene.frames, [{ label: "step 0", front: 2 }, { label: "step 50", front: 0 }]);
  assert.deepEqual([scene.size, scene.alt], [[1, 1, 2], "a 3"]);
});

Deno.test("packScene() takes occupancies below 0 and above 255 units for those", () => {
  const scene = packScene([frameOf([-1, 1000, 0.05])]);
  assert.deepEqual([bytesOf(scene), scene.level, scene.unit], [[0, 255, 1], 1, 0.05]);
});

Deno.test("packScene() leaves room for a tilted cube", () => {
  const { width, height } = packScene([frameOf([1])], { width: 200 });
  assert.equal(width, 200);
  assert.ok(height / width >= Math.sqrt(3) / Math.SQRT2 && height / width < 1.23);
});

Deno.test("packScene() refuses no frames, frames that differ in size, and wrong numbers", () => {
  assert.throws(() => packScene([]), {
    name: "RangeError",
    message: "Cannot view shapes: frames must not be empty",
  });
  assert.throws(() => packScene([frameOf([1, 2]), frameOf([1])]), {
    name: "TypeError",
    message: "Cannot view shapes: frame 1 must have 1 * 1 * 2 = 2 values, got 1 for size [1, 1, 1]",
  });
  assert.throws(() => packScene([frameOf([1])], { threshold: 0 }), {
    name: "RangeError",
    message: "Cannot view shapes: threshold must be a number > 0, got 0",
  });
  assert.throws(() => packScene([frameOf([1])], { framesPerSecond: Infinity }), {
    message: "Cannot view shapes: framesPerSecond must be a number > 0, got Infinity",
  });
});

Deno.test("packScene() starts at the scale at which the whole grid fits, or at another", () => {
  const frame = { label: "a", grid: { occupancy: [1], size: [1, 1, 1] as const } };
  assert.equal(packScene([frame]).zoom, 1);
  assert.equal(packScene([frame], { zoom: 1.5 }).zoom, 1.5);
  assert.throws(() => packScene([frame], { zoom: 0 }), {
    name: "RangeError",
    message: "Cannot view shapes: zoom must be a number > 0, got 0",
  });
});
