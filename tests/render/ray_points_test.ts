import assert from "node:assert/strict";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectVoxels } from "@/render/project.ts";
import { samplerAlong } from "@/render/ray_points.ts";
import { projectTilted } from "@/render/tilt.ts";
import { assertClose, assertGradient } from "../assert.ts";
import { readPoints } from "./ray_points.ts";

const SHAPE = [2, 3, 4, 5] as const;
const [B, D, H, W] = SHAPE;
const random = createRandom(21);
const GRID = Float32Array.from({ length: B * D * H * W }, () => random.uniform());
const AZIMUTH = [0.7, -2.1];
const ELEVATIONS = { "of a level camera": undefined, "of a raised camera": [0.4, -0.3] };
const grid = () => tf.tensor4d(GRID, [...SHAPE]);
const cameraOf = (elevation?: readonly number[]) => ({
  azimuth: tf.tensor1d(AZIMUTH),
  ...(elevation && { elevation: tf.tensor1d([...elevation]) }),
});

Deno.test("samplerAlong() reads cells from near to far at azimuth 0, and from far to near at pi", () => {
  tf.tidy(() => {
    const points = (azimuth: number) =>
      samplerAlong({ azimuth: tf.fill([B], azimuth) as tf.Tensor1D }, [...SHAPE])(grid());
    const front = tf.transpose(grid(), [0, 2, 3, 1]); // [B, H, W, D]
    assertClose(points(0).dataSync(), front.dataSync(), 1e-6);
    assertClose(points(Math.PI).dataSync(), tf.reverse(front, [2, 3]).dataSync(), 1e-5);
  });
});

for (const [what, elevation] of Object.entries(ELEVATIONS)) {
  Deno.test(`samplerAlong() gives what eight taps give in float64, ${what}`, () => {
    tf.tidy(() => {
      const points = samplerAlong(cameraOf(elevation), [...SHAPE])(grid());
      assert.deepEqual(points.shape, [B, H, W, D]);
      const expected = readPoints({ shape: SHAPE, azimuth: AZIMUTH, elevation }, GRID);
      assertClose(points.dataSync(), expected, 1e-5);
    });
  });

  Deno.test(`samplerAlong() reads the points that projections add up, ${what}`, () => {
    tf.tidy(() => {
      const camera = cameraOf(elevation);
      const thickness = tf.sum(samplerAlong(camera, [...SHAPE])(grid()), 3);
      const { azimuth } = camera;
      const raised = camera.elevation;
      const way = raised ? tf.cos(raised).reshape([B, 1, 1]) : tf.scalar(1);
      const seen = raised
        ? projectTilted(grid(), { azimuth, elevation: raised })
        : projectVoxels(grid(), azimuth);
      const opacity = tf.sub(1, tf.exp(tf.div(tf.mul(-0.5, thickness), way)));
      assertClose(opacity.dataSync(), seen.dataSync(), 1e-5);
    });
  });

  Deno.test(`samplerAlong() has the gradients finite differences give, ${what}`, () => {
    tf.tidy(() => {
      const weightOf = (i: number) => Math.cos(3 * i);
      const angles = cameraOf(elevation);
      const inputs = [grid(), angles.azimuth, ...(angles.elevation ? [angles.elevation] : [])];
      const gradients = tf.grads((x, azimuth, raised) => {
        const camera = {
          azimuth: azimuth as tf.Tensor1D,
          ...(raised && { elevation: raised as tf.Tensor1D }),
        };
        const points = samplerAlong(camera, [...SHAPE])(x as tf.Tensor4D);
        const weights = Float32Array.from({ length: points.size }, (_, i) => weightOf(i));
        return tf.sum(tf.mul(points, tf.tensor4d(weights, points.shape))) as tf.Scalar;
      })(inputs);
      const summed = (values: ArrayLike<number>, azimuth: ArrayLike<number>, e = elevation) =>
        readPoints({ shape: SHAPE, azimuth, elevation: e }, values)
          .reduce((sum, value, i) => sum + weightOf(i) * value, 0);
      assertGradient(gradients[0]!.dataSync(), (x) => summed(x, AZIMUTH), GRID, 1e-3);
      assertGradient(gradients[1]!.dataSync(), (x) => summed(GRID, x), AZIMUTH, 1e-3);
      if (!elevation) return;
      const byElevation = (x: Float64Array) => summed(GRID, AZIMUTH, [...x]);
      assertGradient(gradients[2]!.dataSync(), byElevation, elevation, 1e-3);
    });
  });
}
