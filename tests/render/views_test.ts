import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import { projectViews } from "@/render/views.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { projectReference } from "./reference.ts";

const [B, D, H, W, V] = [2, 3, 4, 5, 6];
const random = createRandom(3);
const draw = (count: number, low: number, high: number) =>
  Float32Array.from({ length: count }, () => random.uniform(low, high));
const DENSITY = draw(B * D * H * W, 0, 2);
const AZIMUTH = draw(V, -4, 7);
const ELEVATION = draw(V, -0.5, 0.5);
const OWN_AZIMUTH = draw(B * V, -4, 7);
const OWN_ELEVATION = draw(B * V, -0.5, 0.5);
const SIZES: [number, number][] = [[H, W], [7, 8], [2, 3]];

const density = () => tf.tensor4d(DENSITY, [B, D, H, W]);
const grid = (b: number) => DENSITY.subarray(b * D * H * W, (b + 1) * D * H * W);

/** The views of one grid in float64. */
const twin = (
  values: ArrayLike<number>,
  azimuth: ArrayLike<number>,
  elevation?: ArrayLike<number>,
  size?: [number, number],
) =>
  Array.from({ length: azimuth.length }, (_, v) => [
    ...projectReference({
      shape: [1, D, H, W],
      density: values,
      azimuth: [azimuth[v]!],
      ...(elevation && { elevation: [elevation[v]!] }),
      tau: 0.5,
      ...(size && { size }),
    }),
  ]).flat();

for (const size of SIZES) {
  Deno.test(`projectViews() gives what eight taps give in float64, images ${size}, grid ${[H, W]}`, () => {
    tf.tidy(() => {
      const both = [0, 1].map(grid);
      const azimuth = tf.tensor1d(AZIMUTH);
      const elevation = tf.tensor1d(ELEVATION);
      const shared = projectViews(density(), { azimuth }, { size });
      assert.deepEqual(shared.shape, [B, V, ...size]);
      assertClose(
        shared.dataSync(),
        both.flatMap((values) => twin(values, AZIMUTH, undefined, size)),
        1e-4,
      );
      const tilted = projectViews(density(), { azimuth, elevation }, { size });
      assertClose(
        tilted.dataSync(),
        both.flatMap((values) => twin(values, AZIMUTH, ELEVATION, size)),
        1e-4,
      );
      const ofGrid = (values: Float32Array, b: number) => values.subarray(b * V, (b + 1) * V);
      const own = { azimuth: tf.tensor2d(OWN_AZIMUTH, [B, V]) };
      assertClose(
        projectViews(density(), own, { size }).dataSync(),
        both.flatMap((values, b) => twin(values, ofGrid(OWN_AZIMUTH, b), undefined, size)),
        1e-4,
      );
      const raised = { ...own, elevation: tf.tensor2d(OWN_ELEVATION, [B, V]) };
      assertClose(
        projectViews(density(), raised, { size }).dataSync(),
        both.flatMap((values, b) =>
          twin(values, ofGrid(OWN_AZIMUTH, b), ofGrid(OWN_ELEVATION, b), size)
        ),
        1e-4,
      );
    });
  });
}

for (const [gridSide, imageSide] of [[28, 32], [32, 28], [32, 64], [64, 32]] as const) {
  Deno.test(`one view of a grid of ${gridSide} in an image of ${imageSide} is a soft ball`, () => {
    const centre = (i: number, count: number) => (2 * i + 1) / count - 1;
    const values = Float32Array.from({ length: gridSide ** 3 }, (_, i) => {
      const place = [i / gridSide ** 2, i / gridSide % gridSide, i % gridSide]
        .map((at) => centre(Math.floor(at), gridSide));
      return Math.min(1, Math.max(0, (0.7 - Math.hypot(...place)) * gridSide / 2 + 0.5));
    });
    const tau = 0.6 / gridSide;
    tf.tidy(() => {
      const ball = tf.tensor4d(values, [1, gridSide, gridSide, gridSide]);
      const size: [number, number] = [imageSide, imageSide];
      const azimuth = tf.tensor1d([0.4]);
      const images = [
        projectVoxels(ball, azimuth, { tau, size }),
        projectTilted(ball, { azimuth, elevation: tf.tensor1d([0]) }, { tau, size }),
        projectViews(ball, { azimuth }, { tau, size }),
      ].map((image) => image.dataSync() as Float32Array);
      for (let h = 0; h < imageSide; h += 3) {
        for (let w = 0; w < imageSide; w += 3) {
          const distance = Math.hypot(centre(h, imageSide), centre(w, imageSide));
          const chord = 2 * Math.sqrt(Math.max(0, 0.49 - distance ** 2));
          if (Math.abs(distance - 0.7) < 0.1) continue; // the soft edge
          const expected = 1 - Math.exp(-tau * chord * gridSide / 2);
          for (const image of images) assertClose([image[h * imageSide + w]!], [expected], 0.012);
        }
      }
    });
  });
}

Deno.test("projectViews() at one azimuth is projectVoxels(), and turns by 2 pi change nothing", () => {
  tf.tidy(() => {
    const single = projectVoxels(density(), tf.tensor1d([0.7, 0.7])).dataSync();
    const view = (azimuth: number) =>
      projectViews(density(), { azimuth: tf.tensor1d([azimuth]) }).dataSync();
    assertClose(view(0.7), single, 1e-6);
    assertClose(view(0.7 + 2 * Math.PI), single, 1e-4);
  });
});

const weightOf = (pixel: number) => Math.cos(3 * pixel);

Deno.test("projectViews() has the gradients for density and angles that differences give", () => {
  tf.tidy(() => {
    const weights = tf.tensor4d(
      Float32Array.from({ length: B * V * H * W }, (_, i) => weightOf(i)),
      [B, V, H, W],
    );
    const sumOf = (images: ArrayLike<number>) =>
      Array.from(images).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
    const loss = (grids: tf.Tensor, azimuth: tf.Tensor, elevation: tf.Tensor) => {
      const cameras = { azimuth: azimuth as tf.Tensor1D, elevation: elevation as tf.Tensor1D };
      return tf.sum(tf.mul(weights, projectViews(grids as tf.Tensor4D, cameras))) as tf.Scalar;
    };
    const [byDensity, byAzimuth, byElevation] = tf.grads(loss)([
      density(),
      tf.tensor1d(AZIMUTH),
      tf.tensor1d(ELEVATION),
    ]);
    const all = (
      values: ArrayLike<number>,
      azimuth: ArrayLike<number>,
      elevation: ArrayLike<number>,
    ) =>
      sumOf(
        [0, 1].flatMap((b) =>
          twin(Array.from(values).slice(b * D * H * W, (b + 1) * D * H * W), azimuth, elevation)
        ),
      );
    assertGradient(byDensity!.dataSync(), (x) => all(x, AZIMUTH, ELEVATION), DENSITY, 1e-3);
    assertGradient(byAzimuth!.dataSync(), (x) => all(DENSITY, x, ELEVATION), AZIMUTH, 1e-2);
    assertGradient(byElevation!.dataSync(), (x) => all(DENSITY, AZIMUTH, x), ELEVATION, 1e-2);
  });
});

Deno.test("projectViews() gives traced what it gives eagerly", () => {
  const azimuth = () => tf.tensor1d(AZIMUTH);
  using program = jit({
    f: graphFunction({ grids: { shape: [B, D, H, W], dtype: "float32" } }, ({ grids }) => ({
      images: projectViews(grids as tf.Tensor4D, { azimuth: azimuth() }, { size: [7, 8] }),
    })),
  });
  tf.tidy(() => {
    const traced = program.f({ grids: density() }).images.dataSync();
    const eager = projectViews(density(), { azimuth: azimuth() }, { size: [7, 8] }).dataSync();
    assertClose(traced, eager, 1e-6);
  });
});

Deno.test("projectViews() keeps its images alone", () => {
  const [grids, azimuth] = [density(), tf.tensor1d(AZIMUTH)];
  assertTensorsKept(0, () => projectViews(grids, { azimuth }, { size: [7, 8] }).dispose());
  tf.dispose([grids, azimuth]);
});

Deno.test("projectViews() says which shape is wrong", () => {
  tf.tidy(() => {
    const own = { azimuth: tf.zeros([3, V]) as tf.Tensor2D };
    assert.throws(() => projectViews(density(), own), {
      name: "TypeError",
      message: "Cannot project views: azimuth must have shape [B = 2, V], got [3, 6]",
    });
    const mixed = { azimuth: tf.tensor1d(AZIMUTH), elevation: tf.zeros([2]) as tf.Tensor1D };
    assert.throws(() => projectViews(density(), mixed), {
      name: "TypeError",
      message: "Cannot project views: elevation must have shape [V = 6], got [2]",
    });
  });
});
