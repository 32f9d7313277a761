import assert from "node:assert/strict";
import * as fc from "fast-check";
import { azimuthOf, elevationOf, rowsAlongRays, turnedPoints } from "@/render/camera.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

/** Where the points of the rays fall, as plain arrays `[W][D]`. */
function pointsAt(azimuth: number, depth: number, width: number) {
  return tf.tidy(() => {
    const points = turnedPoints(tf.tensor1d([azimuth]), depth, width);
    const plain = (tensor: tf.Tensor4D) =>
      (tensor.arraySync() as number[][][][])[0]!.map((ray) => ray.map(([value]) => value!));
    return { depth: plain(points.depth), column: plain(points.column) };
  });
}

Deno.test("azimuthOf() maps -1, 0 and 1 to 0, half a turn and a turn", () => {
  const azimuth = tf.tidy(() => azimuthOf(tf.tensor1d([-1, -0.5, 0, 1])).dataSync());
  assertClose(azimuth, [0, Math.PI / 2, Math.PI, 2 * Math.PI], 1e-6);
});

Deno.test("elevationOf() maps -1, 0 and 1 to -30, 0 and 30 degrees", () => {
  const elevation = tf.tidy(() => elevationOf(tf.tensor1d([-1, 0, 1])).dataSync());
  assertClose(elevation, [-Math.PI / 6, 0, Math.PI / 6], 1e-6);
});

Deno.test("rowsAlongRays() falls by tan(elevation) rows a depth, from rows 1 / cos apart", () => {
  tf.tidy(() => {
    const size = 4; // a cube, so that rows and depths count the same length
    for (const elevation of [0, 0.3, -0.5]) {
      const rows = rowsAlongRays(tf.tensor1d([elevation]), size, size).reshape([size, size])
        .arraySync() as number[][]; // [H][D]
      for (let h = 0; h < size; h++) {
        for (let d = 0; d < size; d++) {
          const fromMiddle = (h - 1.5) / Math.cos(elevation) + (d - 1.5) * Math.tan(elevation);
          assertClose([rows[h]![d]!], [1.5 + fromMiddle], 1e-5);
        }
      }
    }
  });
});

Deno.test("turnedPoints() leaves every cell where it is at azimuth 0", () => {
  const { depth, column } = pointsAt(0, 3, 4);
  for (let w = 0; w < 4; w++) {
    assertClose(depth[w]!, [0, 1, 2], 1e-6);
    assertClose(column[w]!, [w, w, w], 1e-6);
  }
});

Deno.test("turnedPoints() reads the grid's right side from the front after a quarter turn", () => {
  // a = pi / 2: (x, z) -> (z, -x). The left column looks along the far side of the grid.
  const { depth, column } = pointsAt(Math.PI / 2, 4, 4);
  assertClose(depth[0]!, [3, 3, 3, 3], 1e-5);
  assertClose(column[0]!, [0, 1, 2, 3], 1e-5);
  assertClose(depth[3]!, [0, 0, 0, 0], 1e-5);
});

Deno.test("turnedPoints() turns both axes round after half a turn", () => {
  const { depth, column } = pointsAt(Math.PI, 3, 4);
  assertClose(depth[1]!, [2, 1, 0], 1e-5);
  assertClose(column[1]!, [2, 2, 2], 1e-5);
});

Deno.test("turnedPoints() reads the same place after whole turns", () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: -2, max: 2 }), (
      azimuth,
      turns,
    ) => {
      const [once, again] = [
        pointsAt(azimuth, 3, 5),
        pointsAt(azimuth + 2 * Math.PI * turns, 3, 5),
      ];
      assertClose(again.depth.flat(), once.depth.flat(), 1e-4);
      assertClose(again.column.flat(), once.column.flat(), 1e-4);
    }),
    { numRuns: 20 },
  );
});

Deno.test("turnedPoints() keeps the distance from the axis", () => {
  const size = 6; // on a cube, so that both indices count the same length
  fc.assert(
    fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (azimuth) => {
      const { depth, column } = pointsAt(azimuth, size, size);
      const middle = (size - 1) / 2;
      for (let w = 0; w < size; w++) {
        for (let d = 0; d < size; d++) {
          const turned = Math.hypot(depth[w]![d]! - middle, column[w]![d]! - middle);
          assertClose([turned], [Math.hypot(d - middle, w - middle)], 1e-4);
        }
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("turnedPoints() turns each grid of a batch by its own azimuth", () => {
  tf.tidy(() => {
    const both = turnedPoints(tf.tensor1d([0.3, 2]), 3, 4).column;
    assert.deepEqual(both.shape, [2, 4, 3, 1]);
    const second = turnedPoints(tf.tensor1d([2]), 3, 4).column;
    assertClose(tf.slice(both, [1, 0, 0, 0], [1, 4, 3, 1]).dataSync(), second.dataSync(), 1e-6);
  });
});

Deno.test("azimuthOf() keeps its result alone", () => {
  const s = tf.tensor1d([0]);
  let azimuth: tf.Tensor;
  assertTensorsKept(1, () => azimuth = tf.tidy(() => azimuthOf(s)));
  tf.dispose([s, azimuth!]);
});
