import assert from "node:assert/strict";
import fc from "fast-check";
import { errorsByAzimuth, poseOfModel } from "@/study/pose_errors.ts";
import { assertClose } from "../assert.ts";

Deno.test("poseOfModel() averages across the seams at pi and -pi, and at 0 and 2 pi", () => {
  const small = 0.02 * Math.PI;
  for (
    const [middle, ...azimuths] of [
      [Math.PI, Math.PI - small, -Math.PI + small],
      [0, small, 2 * Math.PI - small],
    ]
  ) {
    const { azimuth, deviation } = poseOfModel(azimuths);
    assertClose([Math.abs(azimuth)], [middle!], 1e-6);
    // R = cos(.02 pi), and the deviation sqrt(-2 log R) is about the angle itself.
    assertClose([deviation], [small], 1e-4);
  }
});

Deno.test("poseOfModel() of equal azimuths is that azimuth, and turns with them", () => {
  const azimuths = fc.array(fc.double({ min: -0.2 * Math.PI, max: 0.2 * Math.PI, noNaN: true }), {
    minLength: 1,
  });
  const quarter = Math.PI / 2;
  fc.assert(
    fc.property(azimuths, (azimuths) => {
      const here = poseOfModel(azimuths);
      const there = poseOfModel(azimuths.map((azimuth) => azimuth + quarter));
      assertClose([there.azimuth, there.deviation], [here.azimuth + quarter, here.deviation], 1e-6);
      assertClose([poseOfModel(azimuths.map(() => 0.9)).azimuth], [0.9], 1e-9);
    }),
    { seed: 1 },
  );
});

Deno.test("errorsByAzimuth() compares every image with its shape, from each azimuth", () => {
  const images = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1); // two of 2 x 2
  const render = (occupancy: Float32Array, azimuth: Float32Array) => {
    assert.deepEqual([occupancy.length, azimuth.length], [16, 2]);
    return Float32Array.from({ length: 8 }, (_, i) => azimuth[Math.floor(i / 4)]!);
  };
  assertClose(errorsByAzimuth({ render, gridSize: 2 }, new Float32Array(16), images, [0, 0.5, 1]), [
    0.5,
    0.25,
    0.5,
  ], 1e-9);
});

Deno.test("poseOfModel() refuses no azimuths", () => {
  assert.throws(() => poseOfModel([]), RangeError);
});
