import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectMaximum, projectMaximumFrom } from "@/render/max_projection.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { maximumReference } from "./reference.ts";
import { readPoints } from "./ray_points.ts";

const [B, D, H, W] = [2, 3, 4, 5];
const random = createRandom(4);
const OCCUPANCY = Float32Array.from({ length: B * D * H * W }, () => random.uniform());
const AZIMUTH = [0.7, -2.1];
const occupancy = () => tf.tensor4d(OCCUPANCY, [B, D, H, W]);

/** The same in float64. */
const twin = (values: ArrayLike<number>, azimuth: ArrayLike<number>) =>
  maximumReference({ shape: [B, D, H, W], density: values, azimuth });

Deno.test("projectMaximum() gives the greatest cell of each ray, by hand", () => {
  tf.tidy(() => {
    const grid = tf.tensor4d([0.2, 0.9, 0.5, 0.1], [1, 2, 1, 2]); // near: 0.2, 0.9; far: 0.5, 0.1
    const from = (azimuth: number) => projectMaximum(grid, tf.tensor1d([azimuth])).dataSync();
    assertClose(from(0), [0.5, 0.9], 1e-6);
    assertClose(from(Math.PI), [0.9, 0.5], 1e-6);
    // From the side the pixels are the depths: a camera at pi / 2 has what is far on its left.
    assertClose(from(Math.PI / 2), [0.5, 0.9], 1e-6);
    assertClose(from(-Math.PI / 2), [0.9, 0.5], 1e-6);
  });
});

Deno.test("projectMaximum() at azimuth 0 is the maximum over depth", () => {
  tf.tidy(() => {
    const images = projectMaximum(occupancy(), tf.zeros([B]) as tf.Tensor1D);
    assert.deepEqual(images.shape, [B, H, W]);
    assertClose(images.dataSync(), tf.max(occupancy(), 1).dataSync(), 1e-6);
  });
});

Deno.test("projectMaximum() gives what taps give in float64, each grid from its own azimuth", () => {
  tf.tidy(() => {
    const images = projectMaximum(occupancy(), tf.tensor1d(AZIMUTH)).dataSync();
    assertClose(images, twin(OCCUPANCY, AZIMUTH), 1e-5);
  });
});

Deno.test("projectMaximum() of a raised camera is the greatest of the points of its rays", () => {
  tf.tidy(() => {
    const elevation = [0.4, -0.3];
    const images = projectMaximum(occupancy(), tf.tensor1d(AZIMUTH), tf.tensor1d(elevation));
    assert.deepEqual(images.shape, [B, H, W]);
    const points = readPoints({ shape: [B, D, H, W], azimuth: AZIMUTH, elevation }, OCCUPANCY);
    const expected = images.dataSync().map((_, i) => Math.max(...points.slice(D * i, D * i + D)));
    assertClose(images.dataSync(), expected, 1e-5);
    const level = projectMaximum(occupancy(), tf.tensor1d(AZIMUTH), tf.zeros([B]) as tf.Tensor1D);
    assertClose(level.dataSync(), twin(OCCUPANCY, AZIMUTH), 1e-5);
  });
});

Deno.test("projectMaximum() is within the grid's bounds, and turns by 2 pi change nothing", () => {
  tf.tidy(() => {
    const turned = (azimuth: readonly number[]) =>
      projectMaximum(occupancy(), tf.tensor1d([...azimuth])).dataSync();
    for (let turn = 0; turn < 12; turn++) {
      const azimuth = AZIMUTH.map((angle) => angle + turn * 0.55);
      const images = turned(azimuth);
      images.forEach((value, i) => {
        const [b, h] = [Math.floor(i / W / H), Math.floor(i / W) % H];
        const row = Array.from(
          { length: D * W },
          (_, cell) => OCCUPANCY[((b * D + Math.floor(cell / W)) * H + h) * W + cell % W]!,
        );
        assert.ok(value >= 0 && value <= Math.max(...row) + 1e-6, `${value} at ${i}`);
      });
      assertClose(turned(azimuth.map((angle) => angle - 2 * Math.PI)), images, 1e-4);
    }
    const full = projectMaximum(tf.ones([B, D, H, W]), tf.tensor1d(AZIMUTH)).dataSync();
    assert.ok(full.every((value) => value <= 1 + 1e-6));
  });
});

Deno.test("projectMaximum() does not see matter that is thin everywhere as solid", () => {
  tf.tidy(() => {
    const thin = tf.fill([B, D, H, W], 0.3) as tf.Tensor4D;
    const images = projectMaximum(thin, tf.zeros([B]) as tf.Tensor1D).dataSync();
    assertClose(images, new Array(B * H * W).fill(0.3), 1e-6);
  });
});

Deno.test("projectMaximum() has the gradients finite differences give", () => {
  tf.tidy(() => {
    const weightOf = (pixel: number) => Math.cos(3 * pixel);
    const weights = Float32Array.from({ length: B * H * W }, (_, i) => weightOf(i));
    const [byOccupancy, byAzimuth] = tf.grads((grids, azimuth) => {
      const images = projectMaximum(grids as tf.Tensor4D, azimuth as tf.Tensor1D);
      return tf.sum(tf.mul(tf.tensor3d(weights, [B, H, W]), images)) as tf.Scalar;
    })([occupancy(), tf.tensor1d(AZIMUTH)]);
    const weighted = (values: ArrayLike<number>, azimuth: ArrayLike<number>) =>
      twin(values, azimuth).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
    assertGradient(byOccupancy!.dataSync(), (x) => weighted(x, AZIMUTH), OCCUPANCY, 1e-3);
    assertGradient(byAzimuth!.dataSync(), (x) => weighted(OCCUPANCY, x), AZIMUTH, 1e-3);
  });
});

Deno.test("projectMaximum() gives in a graph what it gives eagerly", () => {
  using program = jit({
    f: graphFunction({ grids: { shape: [B, D, H, W], dtype: "float32" } }, ({ grids }) => ({
      images: projectMaximum(grids as tf.Tensor4D, tf.tensor1d(AZIMUTH)),
    })),
  });
  tf.tidy(() => {
    const eager = projectMaximum(occupancy(), tf.tensor1d(AZIMUTH)).dataSync();
    assertClose(program.f({ grids: occupancy() }).images.dataSync(), eager, 1e-6);
  });
});

Deno.test("projectMaximum() keeps its images alone", () => {
  const [grids, azimuth] = [occupancy(), tf.tensor1d(AZIMUTH)];
  assertTensorsKept(0, () => projectMaximum(grids, azimuth).dispose());
  tf.dispose([grids, azimuth]);
});

Deno.test("projectMaximum() says which shape is wrong", () => {
  tf.tidy(() => {
    assert.throws(() => projectMaximum(occupancy(), tf.tensor1d([1, 2, 3])), {
      name: "TypeError",
      message: "Cannot project the maximum: azimuth must have shape [B = 2], got [3]",
    });
    assert.throws(() => projectMaximum(occupancy(), tf.tensor1d(AZIMUTH), tf.tensor1d([0])), {
      name: "TypeError",
      message: "Cannot project the maximum: elevation must have shape [B = 2], got [1]",
    });
    const flat = tf.zeros([2, 3, 4]) as unknown as tf.Tensor4D;
    assert.throws(() => projectMaximum(flat, tf.tensor1d(AZIMUTH)), {
      name: "TypeError",
      message: "Cannot project the maximum: occupancy must have shape [B, D, H, W], got [2, 3, 4]",
    });
  });
});

Deno.test("projectMaximumFrom() gives the same images, the same gradient, and azimuths none", () => {
  tf.tidy(() => {
    const azimuth = tf.tensor1d(AZIMUTH);
    const images = projectMaximumFrom(occupancy(), azimuth).dataSync();
    assertClose(images, projectMaximum(occupancy(), azimuth).dataSync(), 1e-6);
    const gradientOf = (project: typeof projectMaximumFrom) =>
      tf.grad((x) => tf.sum(tf.square(project(x as tf.Tensor4D, azimuth))))(occupancy()).dataSync();
    assertClose(gradientOf(projectMaximumFrom), gradientOf(projectMaximum), 1e-5);
    const byAzimuth = (angles: tf.Tensor) =>
      tf.add(tf.sum(projectMaximumFrom(occupancy(), angles as tf.Tensor1D)), tf.sum(angles));
    assertClose(tf.grad(byAzimuth)(azimuth).dataSync(), [1, 1], 0);
  });
});

Deno.test("projectMaximumFrom() says which shape is wrong, and keeps its images alone", () => {
  const [grids, azimuth] = [occupancy(), tf.tensor1d(AZIMUTH)];
  assertTensorsKept(0, () => projectMaximumFrom(grids, azimuth).dispose());
  assert.throws(() => projectMaximumFrom(grids, tf.zeros([3]) as tf.Tensor1D), {
    name: "TypeError",
    message: "Cannot project the maximum: azimuth must have shape [B = 2], got [3]",
  });
  tf.dispose([grids, azimuth]);
});
