import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import { withoutGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import {
  AZIMUTH_COUNT,
  foldAzimuth,
  searchAzimuths,
  wrapAngle,
} from "@/method/pose/azimuth_search.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectViews } from "@/render/views.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { objectOf } from "./blobs.ts";

const { PI } = Math;
/** Half a degree: steps are ten times as large, and the parabola finds what is between them. */
const NEAR = PI / 360;

/** As many copies of one grid as there are azimuths, and the image from each of these. */
function scene(side: number, azimuth: readonly number[]) {
  const density = tf.tensor4d(objectOf(side), [1, side, side, side])
    .tile([azimuth.length, 1, 1, 1]) as tf.Tensor4D;
  return { density, images: projectVoxels(density, tf.tensor1d([...azimuth]), { tau: 1 }) };
}

Deno.test("wrapAngle() brings angles into [-pi, pi)", () => {
  tf.tidy(() => {
    const angles = [0, 1, -1, 4, -4, 2 * PI + 0.5, -6 * PI - 0.5, 3, -3];
    const wrapped = [0, 1, -1, 4 - 2 * PI, 2 * PI - 4, 0.5, -0.5, 3, -3];
    assertClose(wrapAngle(tf.tensor1d(angles)).dataSync(), wrapped, 1e-5);
    // The end belongs to the next turn.
    assertClose(wrapAngle(tf.tensor1d([-PI, PI - 1e-3])).dataSync(), [-PI, PI - 1e-3], 1e-5);
    assertClose(wrapAngle(tf.tensor1d([PI + 1e-3])).dataSync(), [1e-3 - PI], 1e-5);
    const [end] = wrapAngle(tf.tensor1d([PI])).dataSync();
    assertClose([Math.abs(end!)], [PI], 1e-5);
  });
});

Deno.test("foldAzimuth() mirrors what is behind to the front: a to pi - a", () => {
  tf.tidy(() => {
    const angles = [0, 1, -1, 2, -2, 3, -3, 4, PI, -PI, PI / 2, -PI / 2, 2 * PI - 0.2];
    const folded = [0, 1, -1, PI - 2, 2 - PI, PI - 3, 3 - PI, PI - 4, 0, 0, PI / 2, -PI / 2, -0.2];
    const found = foldAzimuth(tf.tensor1d(angles));
    assertClose(found.dataSync(), folded, 1e-5);
    assertClose(foldAzimuth(found).dataSync(), folded, 1e-5);
  });
});

const AZIMUTHS = [0.03, 1.234, 2.9, -0.7, -2.2, -3.12, 7];

Deno.test("searchAzimuths() finds where images were taken, within half a degree", () => {
  tf.tidy(() => {
    const { density, images } = scene(16, AZIMUTHS);
    const { azimuth, error } = searchAzimuths(density, images, { tau: 1, isFolded: false });
    assertClose(azimuth.dataSync(), AZIMUTHS.map((a) => a === 7 ? 7 - 2 * PI : a), NEAR);
    // At most 2.5 degrees from the true azimuth, the error is a small share of an image's square.
    const squares = tf.sum(tf.square(images), [1, 2]).dataSync();
    error.dataSync().forEach((value, b) => {
      assert.ok(value >= 0 && value < 0.01 * squares[b]!, `error ${value} of ${squares[b]}`);
    });
  });
});

Deno.test("searchAzimuths() finds the azimuths that it tries without any error, by hand", () => {
  tf.tidy(() => {
    const step = 2 * PI / AZIMUTH_COUNT;
    const tried = [0, 1, 17, 35, 36, 71];
    const { density, images } = scene(16, tried.map((k) => k * step));
    const { azimuth, error } = searchAzimuths(density, images, { tau: 1, isFolded: false });
    const wrapped = tried.map((k) => k < 36 ? k * step : (k - AZIMUTH_COUNT) * step);
    const away = [...azimuth.dataSync()].map((a, b) => Math.cos(a - wrapped[b]!));
    assertClose(away, tried.map(() => 1), NEAR ** 2 / 2 + 1e-6);
    assertClose(error.dataSync(), tried.map(() => 0), 1e-6);
  });
});

Deno.test("searchAzimuths() folds the azimuths of shapes that are their own mirror image", () => {
  tf.tidy(() => {
    const { density } = scene(16, AZIMUTHS);
    const symmetric = tf.add(density, tf.reverse(density, 3)) as tf.Tensor4D;
    const images = projectVoxels(symmetric, tf.tensor1d(AZIMUTHS), { tau: 1 });
    const { azimuth } = searchAzimuths(symmetric, images, { tau: 1, isFolded: true });
    assertClose(azimuth.dataSync(), foldAzimuth(tf.tensor1d(AZIMUTHS)).dataSync(), NEAR);
  });
});

for (const isFolded of [false, true]) {
  Deno.test(`searchAzimuths() knows the error of every azimuth, folded ${isFolded}`, () => {
    tf.tidy(() => {
      const { density, images } = scene(8, new Array(AZIMUTH_COUNT).fill(0.4));
      const shapes = (isFolded ? tf.add(density, tf.reverse(density, 3)) : density) as tf.Tensor4D;
      const one = tf.slice(shapes, [0, 0, 0, 0], [1, 8, 8, 8]) as tf.Tensor4D;
      const all = tf.range(0, AZIMUTH_COUNT).mul(2 * PI / AZIMUTH_COUNT) as tf.Tensor1D;
      const views = projectViews(one, { azimuth: all }, { tau: 1 }); // [1, 72, 8, 8]
      const image = tf.slice(images, [0, 0, 0], [1, 8, 8]).expandDims(1);
      const expected = tf.sum(tf.squaredDifference(views, image), [2, 3]).dataSync();
      // In row k chance leaves azimuth k alone.
      const uniform = tf.eye(AZIMUTH_COUNT) as tf.Tensor2D;
      const draw = { temperature: tf.scalar(1e6), uniform };
      const { error } = searchAzimuths(shapes, images, { tau: 1, isFolded, draw });
      assertClose(error.dataSync(), expected, 1e-4);
      assert.ok(Math.max(...expected) > 1, "errors to tell apart");
    });
  });
}

/** Many searches for one image, each with draws of its own: how often each azimuth is drawn. */
function drawnShares(temperatureOf: (errors: readonly number[]) => number, count: number) {
  return tf.tidy(() => {
    const side = 6;
    const { density, images } = scene(side, new Array(count).fill(0.4));
    const all = tf.range(0, AZIMUTH_COUNT).mul(2 * PI / AZIMUTH_COUNT) as tf.Tensor1D;
    const one = tf.slice(density, [0, 0, 0, 0], [1, side, side, side]) as tf.Tensor4D;
    const views = projectViews(one, { azimuth: all }, { tau: 1 });
    const image = tf.slice(images, [0, 0, 0], [1, side, side]).expandDims(1);
    const errors = [...tf.sum(tf.squaredDifference(views, image), [2, 3]).dataSync()];
    const random = createRandom(8);
    const uniform = Float32Array.from({ length: count * AZIMUTH_COUNT }, () => random.uniform());
    const temperature = temperatureOf(errors);
    const { error } = searchAzimuths(density, images, {
      tau: 1,
      isFolded: false,
      draw: {
        temperature: tf.scalar(temperature),
        uniform: tf.tensor2d(uniform, [count, AZIMUTH_COUNT]),
      },
    });
    // Each azimuth has an error of its own.
    const shares = new Array<number>(AZIMUTH_COUNT).fill(0);
    for (const drawn of error.dataSync()) {
      const distances = errors.map((value) => Math.abs(value - drawn));
      shares[distances.indexOf(Math.min(...distances))]! += 1 / count;
    }
    return { shares, errors, temperature };
  });
}

Deno.test("searchAzimuths() draws the best azimuth while it is cold", () => {
  const { shares, errors } = drawnShares(() => 1e-5, 50);
  const best = errors.indexOf(Math.min(...errors));
  assert.equal(best, Math.round(0.4 / (2 * PI / AZIMUTH_COUNT)));
  assertClose([shares[best]!], [1], 1e-6);
});

Deno.test("searchAzimuths() draws from everywhere while it is hot", () => {
  const count = 720;
  const { shares } = drawnShares(() => 1e4, count);
  // Ten of each are expected, with a deviation of 3.1.
  assert.ok(Math.max(...shares) * count <= 24, `${Math.max(...shares) * count} of one azimuth`);
  assert.ok(shares.filter((share) => share > 0).length >= 70);
});

Deno.test("searchAzimuths() draws by softmax(-error / T) in between", () => {
  const count = 1000;
  const { shares, errors, temperature } = drawnShares(
    (errors) => 0.2 * Math.max(...errors),
    count,
  );
  const weights = errors.map((error) => Math.exp(-error / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expected = weights.map((weight) => weight / total);
  assert.ok(Math.max(...expected) > 5 * Math.min(...expected), "shares that differ");
  for (const [k, share] of expected.entries()) {
    const deviation = Math.sqrt(share * (1 - share) / count);
    assertClose([shares[k]!], [share], 4.5 * deviation);
  }
});

Deno.test("searchAzimuths() gives in a graph what it gives eagerly, and stops the gradient there", () => {
  const side = 8;
  const spec = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const count = AZIMUTHS.length;
  const f = graphFunction({
    density: spec(count, side, side, side),
    images: spec(count, side, side),
    uniform: spec(count, AZIMUTH_COUNT),
  }, ({ density, images, uniform }) => {
    const search = (grids: tf.Tensor) =>
      searchAzimuths(grids as tf.Tensor4D, images as tf.Tensor3D, {
        tau: 1,
        isFolded: false,
        draw: { temperature: tf.scalar(0.5), uniform: uniform! },
      });
    const gradient = tf.grad((grids) => {
      const { azimuth, error } = withoutGradient(() => search(grids));
      const found = tf.add(tf.sum(azimuth), tf.sum(error));
      return tf.add(tf.sum(tf.mul(grids, 3)), found);
    })(density!);
    return { ...search(density!), gradient };
  });
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const random = createRandom(9);
    const uniform = Float32Array.from({ length: count * AZIMUTH_COUNT }, () => random.uniform());
    const { density, images } = scene(side, AZIMUTHS);
    const feeds = { density, images, uniform: tf.tensor2d(uniform, [count, AZIMUTH_COUNT]) };
    const [expected, got] = [eager.f(feeds), traced.f(feeds)];
    for (const { gradient } of [expected, got]) {
      assertClose(gradient.dataSync(), new Array(gradient.size).fill(3), 0);
    }
    assertClose(got.azimuth.dataSync(), expected.azimuth.dataSync(), 1e-3);
    assertClose(got.error.dataSync(), expected.error.dataSync(), 1e-4);
  });
});

Deno.test("searchAzimuths() keeps its results alone", () => {
  const { density, images } = tf.tidy(() => ({ ...scene(8, [1, 2]) }));
  assertTensorsKept(0, () => {
    tf.dispose({ ...searchAzimuths(density, images, { tau: 1, isFolded: true }) });
  });
  tf.dispose([density, images]);
});

Deno.test("searchAzimuths() says which shape is wrong", () => {
  const options = { tau: 1, isFolded: false };
  tf.tidy(() => {
    const density = tf.zeros([2, 6, 5, 6]) as tf.Tensor4D;
    assert.throws(() => searchAzimuths(density, tf.zeros([2, 5, 5]), options), {
      name: "TypeError",
      message:
        "Cannot search azimuths: images must have shape [B = 2, H = 5, W = 6], got [2, 5, 5]",
    });
    const draw = { temperature: tf.scalar(1), uniform: tf.zeros([2, 71]) };
    assert.throws(() => searchAzimuths(density, tf.zeros([2, 5, 6]), { ...options, draw }), {
      name: "TypeError",
      message: "Cannot search azimuths: uniform must have shape [B = 2, 72], got [2, 71]",
    });
  });
});
