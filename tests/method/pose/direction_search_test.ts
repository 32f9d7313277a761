import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import { withoutGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { DIRECTION_COUNT, searchDirections } from "@/method/pose/direction_search.ts";
import { projectTilted } from "@/render/tilt.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { objectOf } from "./blobs.ts";

const { PI } = Math;
const DEGREE = PI / 180;
/** From every quarter, at, between and at the ends of the elevations that are tried. */
const DIRECTIONS = [
  [0.03, 2],
  [1.234, 13],
  [2.9, 27],
  [-0.7, 18],
  [-2.2, 8.5],
  [-3.12, 30],
  [2.2, 0],
] as const;
const COUNT = DIRECTIONS.length;
const AZIMUTH = DIRECTIONS.map(([azimuth]) => azimuth);
const ELEVATION = DIRECTIONS.map(([, degrees]) => degrees * DEGREE);

/** Copies of one grid, and its image from each direction. */
function scene(side: number, azimuth: readonly number[], elevation: readonly number[]) {
  const density = tf.tensor4d(objectOf(side), [1, side, side, side])
    .tile([azimuth.length, 1, 1, 1]) as tf.Tensor4D;
  const camera = {
    azimuth: tf.tensor1d([...azimuth]),
    elevation: tf.tensor1d([...elevation]),
  };
  return { density, images: projectTilted(density, camera, { tau: 1 }) };
}

Deno.test("searchDirections() finds where images were taken: a degree aside, two up or down", () => {
  tf.tidy(() => {
    const { density, images } = scene(16, AZIMUTH, ELEVATION);
    const { azimuth, elevation, error } = searchDirections(density, images, { tau: 1 });
    assertClose(azimuth.dataSync(), AZIMUTH, DEGREE);
    assertClose(elevation.dataSync(), ELEVATION, 2 * DEGREE);
    const squares = tf.sum(tf.square(images), [1, 2]).dataSync();
    error.dataSync().forEach((value, b) => {
      assert.ok(value >= 0 && value < 0.03 * squares[b]!, `error ${value} of ${squares[b]}`);
    });
  });
});

Deno.test("searchDirections() finds what it tries with hardly any error, from both halves of the turn", () => {
  tf.tidy(() => {
    const tried = [[0, 0], [1, 5], [17, 2], [35, 1], [36, 3], [71, 4], [50, 0]] as const;
    const { density, images } = scene(
      12,
      tried.map(([turn]) => turn * 5 * DEGREE),
      tried.map(([, tilt]) => tilt * 6 * DEGREE),
    );
    const { azimuth, elevation, error } = searchDirections(density, images, { tau: 1 });
    // Half a pixel's edge is not quite the edge of half the pixels.
    const squares = tf.sum(tf.square(images), [1, 2]).dataSync();
    error.dataSync().forEach((value, b) => assert.ok(value < 0.01 * squares[b]!, `${value}`));
    const aside = [...azimuth.dataSync()].map((a, b) => Math.cos(a - tried[b]![0] * 5 * DEGREE));
    assertClose(aside, tried.map(() => 1), (2 * DEGREE) ** 2 / 2);
    assertClose(elevation.dataSync(), tried.map(([, tilt]) => tilt * 6 * DEGREE), 2 * DEGREE);
  });
});

Deno.test("searchDirections() sees an image from below as from behind and above, where shapes are symmetric", () => {
  tf.tidy(() => {
    const { density } = scene(16, [0.6, -1], [0, 0]);
    const symmetric = tf.add(density, tf.reverse(density, 3)) as tf.Tensor4D;
    const camera = { azimuth: tf.tensor1d([0.6, -1]), elevation: tf.tensor1d([-0.3, -0.2]) };
    const images = projectTilted(symmetric, camera, { tau: 1 });
    const { azimuth, elevation, error } = searchDirections(symmetric, images, { tau: 1 });
    assertClose(azimuth.dataSync(), [PI - 0.6, -PI + 1], DEGREE);
    assertClose(elevation.dataSync(), [0.3, 0.2], 2 * DEGREE);
    assert.ok(error.dataSync().every((value) => value < 0.5));
  });
});

Deno.test("searchDirections() draws the best while it is cold, and from everywhere while it is hot", () => {
  tf.tidy(() => {
    const count = 60;
    const { density, images } = scene(8, new Array(count).fill(0.4), new Array(count).fill(0.3));
    const random = createRandom(8);
    const uniform = tf.tensor2d(
      Float32Array.from({ length: count * DIRECTION_COUNT }, () => random.uniform()),
      [count, DIRECTION_COUNT],
    );
    const at = (temperature: number) => {
      const draw = { temperature: tf.scalar(temperature), uniform };
      const { azimuth, elevation } = searchDirections(density, images, { tau: 1, draw });
      return { azimuth: azimuth.dataSync(), elevation: elevation.dataSync() };
    };
    const [cold, hot] = [at(1e-4), at(1e4)];
    const [best] = [searchDirections(density, images, { tau: 1 }).azimuth.dataSync()[0]!];
    assertClose(cold.azimuth, new Array(count).fill(best), 1e-5);
    for (
      const [values, [low, high]] of [
        [hot.azimuth, [-PI, PI]],
        [hot.elevation, [0, PI / 6]],
      ] as const
    ) {
      assert.ok(values.every((value) => value >= low - 1e-5 && value <= high + 1e-5));
      const quarters = new Set(values.map((value) => Math.floor(4 * (value - low) / (high - low))));
      assert.ok(quarters.size >= 4, `${[...quarters]}`);
    }
  });
});

Deno.test("searchDirections() gives in a graph what it gives eagerly, and stops the gradient there", () => {
  const side = 8;
  const spec = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const f = graphFunction({
    density: spec(COUNT, side, side, side),
    images: spec(COUNT, side, side),
  }, ({ density, images }) => {
    const search = (grids: tf.Tensor) =>
      searchDirections(grids as tf.Tensor4D, images as tf.Tensor3D, { tau: 1 });
    const gradient = tf.grad((grids) => {
      const { azimuth, elevation } = withoutGradient(() => search(grids));
      return tf.add(tf.sum(tf.mul(grids, 3)), tf.add(tf.sum(azimuth), tf.sum(elevation)));
    })(density!);
    return { ...search(density!), gradient };
  });
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const feeds = scene(side, AZIMUTH, ELEVATION);
    const [expected, got] = [eager.f(feeds), traced.f(feeds)];
    assertClose(got.gradient.dataSync(), new Array(got.gradient.size).fill(3), 0);
    for (const name of ["azimuth", "elevation", "error"] as const) {
      assertClose(got[name].dataSync(), expected[name].dataSync(), 1e-3);
    }
  });
});

Deno.test("searchDirections() keeps its results alone, and says which shape is wrong", () => {
  const { density, images } = tf.tidy(() => ({ ...scene(8, [1, 2], [0, 0.3]) }));
  assertTensorsKept(0, () => {
    tf.dispose({ ...searchDirections(density, images, { tau: 1 }) });
  });
  tf.dispose([density, images]);
  tf.tidy(() => {
    const grids = tf.zeros([2, 6, 4, 6]) as tf.Tensor4D;
    assert.throws(() => searchDirections(grids, tf.zeros([2, 4, 5]), { tau: 1 }), {
      name: "TypeError",
      message:
        "Cannot search directions: images must have shape [B = 2, H = 4, W = 6], got [2, 4, 5]",
    });
    assert.throws(() => searchDirections(tf.zeros([2, 6, 3, 6]), tf.zeros([2, 3, 6]), { tau: 1 }), {
      name: "RangeError",
      message: "Cannot search directions: sides of images must be even, got 3 and 6",
    });
    const draw = { temperature: tf.scalar(1), uniform: tf.zeros([2, 72]) };
    assert.throws(() => searchDirections(grids, tf.zeros([2, 4, 6]), { tau: 1, draw }), {
      name: "TypeError",
      message: "Cannot search directions: uniform must have shape [B = 2, 432], got [2, 72]",
    });
  });
});
