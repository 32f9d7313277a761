import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectDome } from "@/render/dome.ts";
import { projectViews } from "@/render/views.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { projectReference } from "./reference.ts";

const [B, D, H, W] = [2, 3, 4, 5];
const TAU = 0.8;
const random = createRandom(41);
const DENSITY = Float32Array.from({ length: B * D * H * W }, () => random.uniform(0, 2));
const AZIMUTHS = [0.3, 1.7, -2.2, 4, 0.9, -0.4];
const ELEVATIONS = [-0.4, 0, 0.2, 0.5, -0.1, 0.3, 0.45];
const [A, E] = [AZIMUTHS.length, ELEVATIONS.length];
const density = () => tf.tensor4d(DENSITY, [B, D, H, W]);
const dome = () => ({ azimuths: tf.tensor1d(AZIMUTHS), elevations: tf.tensor1d(ELEVATIONS) });

/** The same in float64, one view after the other. */
function twin(values: ArrayLike<number>, size: [number, number] = [H, W]): number[] {
  return [0, 1].flatMap((b) =>
    AZIMUTHS.flatMap((azimuth) =>
      ELEVATIONS.flatMap((elevation) => [
        ...projectReference({
          shape: [1, D, H, W],
          density: Array.from({ length: D * H * W }, (_, i) => values[b * D * H * W + i]!),
          azimuth: [azimuth],
          elevation: [elevation],
          tau: TAU,
          size,
        }),
      ])
    )
  );
}

Deno.test("projectDome() gives every azimuth at every elevation, as eight taps do in float64", () => {
  tf.tidy(() => {
    const views = projectDome(density(), dome(), { tau: TAU });
    assert.deepEqual(views.shape, [B, A, E, H, W]);
    assertClose(views.dataSync(), twin(DENSITY), 1e-4);
    for (const size of [[2, 3], [7, 8]] as [number, number][]) {
      const images = projectDome(density(), dome(), { tau: TAU, size });
      assert.deepEqual(images.shape, [B, A, E, ...size]);
      assertClose(images.dataSync(), twin(DENSITY, size), 1e-4);
    }
  });
});

Deno.test("projectDome() sees an upright plate from front and side by hand, level and from above", () => {
  tf.tidy(() => {
    const plate = tf.tensor4d([9, 9, 0, 0], [1, 2, 1, 2]); // near: both columns; far: none
    const angles = {
      azimuths: tf.tensor1d([0, Math.PI / 2]),
      elevations: tf.tensor1d([0, Math.PI / 3]),
    };
    const [front, side] = projectDome(plate, angles, { tau: 0.5 }).arraySync()[0]!;
    assertClose(front![0]![0]!, [1 - Math.exp(-4.5), 1 - Math.exp(-4.5)], 1e-5);
    assertClose(side![0]![0]!, [0, 1 - Math.exp(-9)], 1e-5); // through both columns
    // From 60 degrees above, rays meet the near cells tan(60) / 4 rows from their middle: 0.567 of 9,
    // and from cell to cell their way is twice as long.
    const seen = 1 - Math.exp(-0.5 * 2 * 9 * (1 - Math.sqrt(3) / 4));
    assertClose(front![1]![0]!, [seen, seen], 1e-5);
  });
});

Deno.test("projectDome() is projectViews() of all pairs", () => {
  tf.tidy(() => {
    const pairs = AZIMUTHS.flatMap((azimuth) => ELEVATIONS.map((e) => [azimuth, e] as const));
    const views = projectViews(density(), {
      azimuth: tf.tensor1d(pairs.map(([azimuth]) => azimuth)),
      elevation: tf.tensor1d(pairs.map(([, elevation]) => elevation)),
    });
    assertClose(projectDome(density(), dome()).dataSync(), views.dataSync(), 1e-5);
  });
});

Deno.test("projectDome() sees from behind and below the mirror image of the front from above", () => {
  tf.tidy(() => {
    const views = (azimuth: number, elevation: number) =>
      projectDome(density(), {
        azimuths: tf.tensor1d([azimuth]),
        elevations: tf.tensor1d([elevation]),
      });
    const mirrored = tf.reverse(views(0.7, 0.4), 4);
    assertClose(views(0.7 + Math.PI, -0.4).dataSync(), mirrored.dataSync(), 1e-5);
  });
});

Deno.test("projectDome() has the gradient finite differences give", () => {
  tf.tidy(() => {
    const weightOf = (pixel: number) => Math.cos(3 * pixel);
    const gradient = tf.grad((x) => {
      const views = projectDome(x as tf.Tensor4D, dome(), { tau: TAU });
      const weights = Float32Array.from({ length: views.size }, (_, i) => weightOf(i));
      return tf.sum(tf.mul(views, tf.tensor(weights, views.shape)));
    })(density());
    const summed = (values: Float64Array) =>
      twin(values).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
    assertGradient(gradient.dataSync(), summed, DENSITY, 1e-3);
  });
});

Deno.test("projectDome() gives in a graph what it gives eagerly, and keeps its images alone", () => {
  const shape = [B, D, H, W];
  using program = jit({
    f: graphFunction({ grids: { shape, dtype: "float32" } }, ({ grids }) => ({
      views: projectDome(grids as tf.Tensor4D, dome()),
    })),
  });
  const [grids, angles] = [density(), dome()];
  assertTensorsKept(0, () => {
    const [eager, traced] = [projectDome(grids, angles), program.f({ grids }).views];
    assertClose(traced.dataSync(), eager.dataSync(), 1e-5);
    tf.dispose([eager, traced]);
  });
  tf.dispose([grids, angles]);
});

Deno.test("projectDome() says which shape is wrong", () => {
  tf.tidy(() => {
    const azimuths = tf.zeros([2, 3]) as unknown as tf.Tensor1D;
    assert.throws(() => projectDome(density(), { ...dome(), azimuths }), {
      name: "TypeError",
      message: "Cannot project a dome: azimuths must have shape [A], got [2, 3]",
    });
    const flat = tf.zeros([3, 4, 5]) as unknown as tf.Tensor4D;
    assert.throws(() => projectDome(flat, dome()), {
      name: "TypeError",
      message: "Cannot project a dome: density must have shape [B, D, H, W], got [3, 4, 5]",
    });
  });
});
