import assert from "node:assert/strict";
import fc from "fast-check";
import { errorsByPose, poseOfModel } from "@/study/pose_errors.ts";
import { assertClose } from "../assert.ts";

Deno.test("poseOfModel() averages across the seam at s = 1 and s = -1", () => {
  const { pose, deviation } = poseOfModel([0.98, -0.98]);
  assertClose([Math.abs(pose)], [1], 1e-6);
  // R = cos(.02 pi), and the deviation sqrt(-2 log R) is about the angle itself.
  assertClose([deviation], [0.02 * Math.PI], 1e-4);
});

Deno.test("poseOfModel() of equal poses is that pose, and turns with them", () => {
  const poses = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(poses, (poses) => {
      const [here, there] = [poseOfModel(poses), poseOfModel(poses.map((pose) => pose + 0.5))];
      assertClose([there.pose, there.deviation], [here.pose + 0.5, here.deviation], 1e-6);
      assertClose([poseOfModel(poses.map(() => 0.3)).pose], [0.3], 1e-9);
    }),
    { seed: 1 },
  );
});

Deno.test("errorsByPose() compares every image with its shape, from each pose", () => {
  const images = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1); // two of 2 x 2
  const render = (density: Float32Array, pose: Float32Array) => {
    assert.deepEqual([density.length, pose.length], [16, 2]);
    return Float32Array.from({ length: 8 }, (_, i) => pose[Math.floor(i / 4)]!);
  };
  assertClose(errorsByPose({ render }, new Float32Array(16), images, [0, 0.5, 1]), [
    0.5,
    0.25,
    0.5,
  ], 1e-9);
});

Deno.test("poseOfModel() refuses no poses", () => {
  assert.throws(() => poseOfModel([]), RangeError);
});
