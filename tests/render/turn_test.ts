import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import {
  greatestAlongRays,
  greatestFound,
  greatestOfAll,
  turnerBy,
  turnerByGathering,
  turnerByProduct,
} from "@/render/turn.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { readPoints } from "./ray_points.ts";

const SHAPE = [3, 3, 4, 5] as const;
const [B, D, H, W] = SHAPE;
const random = createRandom(31);
const GRID = Float32Array.from({ length: B * D * H * W }, () => random.uniform());
const AZIMUTH = [0.7, -2.1, 4.4];
const grid = () => tf.tensor4d(GRID, [...SHAPE]);
const FORMS = { turnerByProduct, turnerByGathering };

/** What eight taps give in float64, `[B, W, D, H]`. */
function twin(values: ArrayLike<number>, azimuth: ArrayLike<number>): Float64Array {
  const points = readPoints({ shape: SHAPE, azimuth }, values); // [B, H, W, D]
  return Float64Array.from(points, (_, i) => {
    const [b, w] = [Math.floor(i / (W * D * H)), Math.floor(i / (D * H)) % W];
    const [d, h] = [Math.floor(i / H) % D, i % H];
    return points[((b * H + h) * W + w) * D + d]!;
  });
}

for (const [name, turner] of Object.entries(FORMS)) {
  Deno.test(`${name}() puts the depths of a ray beside each other, by hand`, () => {
    tf.tidy(() => {
      const cells = tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2]); // near: 1, 2; far: 3, 4
      const from = (azimuth: number) =>
        turner(tf.tensor1d([azimuth]), [1, 2, 1, 2])(cells).dataSync();
      assertClose(from(0), [1, 3, 2, 4], 1e-6);
      assertClose(from(Math.PI), [4, 2, 3, 1], 1e-6);
      // From the side, what is far is on the left.
      assertClose(from(Math.PI / 2), [3, 4, 1, 2], 1e-6);
    });
  });

  Deno.test(`${name}() gives what taps give in float64, also at quarter turns`, () => {
    tf.tidy(() => {
      for (const azimuth of [AZIMUTH, [0, Math.PI / 2, -Math.PI]]) {
        const turned = turner(tf.tensor1d(azimuth), [...SHAPE])(grid());
        assert.deepEqual(turned.shape, [B, W, D, H]);
        assertClose(turned.dataSync(), twin(GRID, azimuth), 1e-5);
      }
    });
  });

  Deno.test(`${name}() has the gradients finite differences give`, () => {
    tf.tidy(() => {
      const weightOf = (i: number) => Math.cos(3 * i);
      const weights = Float32Array.from({ length: GRID.length }, (_, i) => weightOf(i));
      const [byGrid, byAzimuth] = tf.grads((x, azimuth) => {
        const turned = turner(azimuth as tf.Tensor1D, [...SHAPE])(x as tf.Tensor4D);
        return tf.sum(tf.mul(turned, tf.tensor4d(weights, turned.shape))) as tf.Scalar;
      })([grid(), tf.tensor1d(AZIMUTH)]);
      const weighted = (values: ArrayLike<number>, azimuth: ArrayLike<number>) =>
        twin(values, azimuth).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
      assertGradient(byGrid!.dataSync(), (x) => weighted(x, AZIMUTH), GRID, 1e-3);
      assertGradient(byAzimuth!.dataSync(), (x) => weighted(GRID, x), AZIMUTH, 1e-3);
    });
  });

  Deno.test(`${name}() gives in a graph what it gives eagerly`, () => {
    const turned = (x: tf.Tensor) => turner(tf.tensor1d(AZIMUTH), [...SHAPE])(x as tf.Tensor4D);
    const spec = { shape: [...SHAPE], dtype: "float32" as const };
    using program = jit({ f: graphFunction({ x: spec }, ({ x }) => ({ y: turned(x) })) });
    tf.tidy(() => {
      assertClose(program.f({ x: grid() }).y.dataSync(), turned(grid()).dataSync(), 1e-6);
    });
  });

  Deno.test(`${name}() keeps its result alone, inside a tidy`, () => {
    const [x, azimuth] = [grid(), tf.tensor1d(AZIMUTH)];
    assertTensorsKept(0, () => {
      tf.dispose(tf.tidy(() => turner(azimuth, [...SHAPE])(x)));
    });
    tf.dispose([x, azimuth]);
  });
}

Deno.test("turnerBy() turns one grid after another with the same weights", () => {
  tf.tidy(() => {
    const turn = turnerBy(tf.tensor1d(AZIMUTH), [...SHAPE]);
    const twice = turn(tf.mul(2, grid()));
    assertClose(twice.dataSync(), tf.mul(2, turn(grid())).dataSync(), 1e-6);
    assertClose(turn(grid()).dataSync(), twin(GRID, AZIMUTH), 1e-5);
  });
});

/** The greatest of the points of each ray in float64, `[B, W, H]`. */
function greatestTwin(values: ArrayLike<number>, azimuth: ArrayLike<number>): Float64Array {
  const points = twin(values, azimuth);
  return Float64Array.from({ length: B * W * H }, (_, i) => {
    const [ray, h] = [Math.floor(i / H), i % H];
    return Math.max(...Array.from({ length: D }, (_, d) => points[(ray * D + d) * H + h]!));
  });
}

for (const [name, greatest] of Object.entries({ greatestOfAll, greatestFound })) {
  Deno.test(`${name}() gives the greatest point of each ray, and its gradient`, () => {
    tf.tidy(() => {
      const found = greatest(grid(), tf.tensor1d(AZIMUTH));
      assert.deepEqual(found.shape, [B, W, H]);
      assertClose(found.dataSync(), greatestTwin(GRID, AZIMUTH), 1e-5);
      const weightOf = (i: number) => Math.cos(3 * i);
      const weights = Float32Array.from({ length: found.size }, (_, i) => weightOf(i));
      const [byGrid, byAzimuth] = tf.grads((x, azimuth) => {
        const values = greatest(x as tf.Tensor4D, azimuth as tf.Tensor1D);
        return tf.sum(tf.mul(values, tf.tensor3d(weights, found.shape))) as tf.Scalar;
      })([grid(), tf.tensor1d(AZIMUTH)]);
      const weighted = (values: ArrayLike<number>, azimuth: ArrayLike<number>) =>
        greatestTwin(values, azimuth).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
      assertGradient(byGrid!.dataSync(), (x) => weighted(x, AZIMUTH), GRID, 1e-3);
      assertGradient(byAzimuth!.dataSync(), (x) => weighted(GRID, x), AZIMUTH, 1e-3);
    });
  });
}

Deno.test("greatestFound() gives the gradient to the first of equal points", () => {
  tf.tidy(() => {
    const flat = tf.ones([1, 2, 1, 2]) as tf.Tensor4D; // near: 1, 1; far: 1, 1
    const gradient = tf.grad((x) => tf.sum(greatestFound(x as tf.Tensor4D, tf.tensor1d([0]))));
    assertClose(gradient(flat).dataSync(), [1, 1, 0, 0], 1e-6);
  });
});

Deno.test("greatestAlongRays() keeps its result alone, inside a tidy", () => {
  const [x, azimuth] = [grid(), tf.tensor1d(AZIMUTH)];
  assertTensorsKept(0, () => tf.dispose(tf.tidy(() => greatestAlongRays(x, azimuth))));
  tf.dispose([x, azimuth]);
});

Deno.test("turnerByGathering() of an azimuth that is no number gives none, as a product does", () => {
  tf.tidy(() => {
    for (const turner of Object.values(FORMS)) {
      const turned = turner(tf.tensor1d([NaN, 0, 0]), [...SHAPE])(grid()).dataSync();
      assert.ok(turned.slice(0, W * D * H).every(Number.isNaN));
      assert.ok(turned.slice(W * D * H).every(Number.isFinite));
    }
  });
});
