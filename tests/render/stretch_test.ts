import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectVoxels } from "@/render/project.ts";
import { stretchGrids, stretchImages } from "@/render/stretch.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";

const [B, S] = [3, 5];
const random = createRandom(6);
const IMAGES = Float32Array.from({ length: B * S * S }, () => random.uniform());
const SHRINK = Float32Array.from([0.83, 1.21, 1.13, 0.91, 0.77, 0.68]);
const images = () => tf.tensor3d(IMAGES, [B, S, S]);
const shrink = () => tf.tensor2d(SHRINK, [B, 2]);

/** The same in float64, a pixel at a time. */
function twin(values: ArrayLike<number>, shrink: ArrayLike<number>): Float64Array {
  const middle = (S - 1) / 2;
  return Float64Array.from({ length: B * S * S }, (_, i) => {
    const [b, h, w] = [Math.floor(i / S / S), Math.floor(i / S) % S, i % S];
    const row = middle + shrink[2 * b + 1]! * (h - middle);
    const column = middle + shrink[2 * b]! * (w - middle);
    let sum = 0;
    for (let y = 0; y < S; y++) {
      for (let x = 0; x < S; x++) {
        const weight = Math.max(0, 1 - Math.abs(row - y)) * Math.max(0, 1 - Math.abs(column - x));
        sum += weight * values[(b * S + y) * S + x]!;
      }
    }
    return sum;
  });
}

Deno.test("stretchImages() changes nothing where it shrinks by 1", () => {
  tf.tidy(() => {
    const same = stretchImages(images(), tf.ones([B, 2]) as tf.Tensor2D);
    assert.deepEqual(same.shape, [B, S, S]);
    assertClose(same.dataSync(), IMAGES, 1e-6);
  });
});

Deno.test("stretchImages() reads at multiples of x and of y, by hand", () => {
  tf.tidy(() => {
    const image = tf.tensor3d([[[1, 2, 4], [8, 16, 32], [64, 128, 256]]]);
    const by = (x: number, y: number) => stretchImages(image, tf.tensor2d([[x, y]])).arraySync();
    assert.deepEqual(by(0.5, 1), [[[1.5, 2, 3], [12, 16, 24], [96, 128, 192]]]);
    assert.deepEqual(by(1, 0.5), [[[4.5, 9, 18], [8, 16, 32], [36, 72, 144]]]);
    // Half a pixel outside there is half of the last pixel, and farther out nothing.
    assert.deepEqual(by(1.5, 1), [[[0.5, 2, 2], [4, 16, 16], [32, 128, 128]]]);
    assert.deepEqual(by(2, 2), [[[0, 0, 0], [0, 16, 0], [0, 0, 0]]]);
  });
});

Deno.test("stretchImages() gives what taps give in float64, each image by its own shrink", () => {
  tf.tidy(() => {
    assertClose(stretchImages(images(), shrink()).dataSync(), twin(IMAGES, SHRINK), 1e-5);
  });
});

Deno.test("a stretched image is the image of the stretched object, from any azimuth", () => {
  const side = 32;
  const [u, v] = [1.2, 0.85];
  const azimuth = [0, 0.6, 2.2];
  /** Two soft blobs, wider by u and taller by v; as much matter along each ray. */
  const blobs = (u: number, v: number) =>
    Float32Array.from({ length: side ** 3 }, (_, i) => {
      const centre = (index: number) => (2 * (Math.floor(index) % side) + 1) / side - 1;
      const [x, y, z] = [centre(i) / u, -centre(i / side) / v, centre(i / side ** 2) / u];
      const blob = (a: number, b: number, c: number) =>
        Math.exp(-((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2) / (2 * 0.2 ** 2));
      return (blob(0.25, 0.2, 0.1) + 0.7 * blob(-0.3, -0.15, -0.2)) / u;
    });
  tf.tidy(() => {
    const project = (density: Float32Array) =>
      projectVoxels(
        tf.tensor4d(density, [1, side, side, side]).tile([azimuth.length, 1, 1, 1]),
        tf.tensor1d(azimuth),
        { tau: 0.2 },
      );
    const shrink = tf.tensor2d([[1 / u, 1 / v]]).tile([azimuth.length, 1]) as tf.Tensor2D;
    const [plain, wanted] = [project(blobs(1, 1)), project(blobs(u, v))];
    const stretched = stretchImages(plain, shrink);
    // Blobs are 3 pixels wide; two linear interpolations flatten their tops by up to 0.009.
    assertClose(stretched.dataSync(), wanted.dataSync(), 0.012);
    const change = tf.max(tf.abs(tf.sub(wanted, plain))).dataSync()[0]!;
    assert.ok(change > 0.15, `the stretch changes the image by ${change}`);
  });
});

Deno.test("stretchImages() has the gradients finite differences give", () => {
  tf.tidy(() => {
    const weightOf = (pixel: number) => Math.cos(3 * pixel);
    const weights = Float32Array.from(IMAGES, (_, i) => weightOf(i));
    const [byImages, byShrink] = tf.grads((x, factors) => {
      const stretched = stretchImages(x as tf.Tensor3D, factors as tf.Tensor2D);
      return tf.sum(tf.mul(tf.tensor3d(weights, [B, S, S]), stretched)) as tf.Scalar;
    })([images(), shrink()]);
    const weighted = (values: ArrayLike<number>, factors: ArrayLike<number>) =>
      twin(values, factors).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
    assertGradient(byImages!.dataSync(), (x) => weighted(x, SHRINK), IMAGES, 1e-4);
    // The middle row and column stay where they are: there every bilinear weight has its kink, but
    // nothing moves.
    assertGradient(byShrink!.dataSync(), (x) => weighted(IMAGES, x), SHRINK, 1e-3);
  });
});

Deno.test("stretchImages() gives in a graph what it gives eagerly", () => {
  using program = jit({
    f: graphFunction({ x: { shape: [B, S, S], dtype: "float32" } }, ({ x }) => ({
      y: stretchImages(x as tf.Tensor3D, shrink()),
    })),
  });
  tf.tidy(() => {
    const eager = stretchImages(images(), shrink()).dataSync();
    assertClose(program.f({ x: images() }).y.dataSync(), eager, 1e-6);
  });
});

Deno.test("stretchImages() keeps its result alone", () => {
  const [x, factors] = [images(), shrink()];
  assertTensorsKept(0, () => stretchImages(x, factors).dispose());
  tf.dispose([x, factors]);
});

Deno.test("stretchImages() says which shape is wrong", () => {
  tf.tidy(() => {
    assert.throws(() => stretchImages(tf.zeros([B, S, 4]), shrink()), {
      name: "TypeError",
      message: "Cannot stretch images: images must have shape [B = 3, S = 5, S = 5], got [3, 5, 4]",
    });
    assert.throws(() => stretchImages(images(), tf.zeros([2, 2])), {
      name: "TypeError",
      message: "Cannot stretch images: shrink must have shape [B = 3, 2], got [2, 2]",
    });
  });
});

const GRIDS = Float32Array.from({ length: B * S ** 3 }, () => random.uniform());
const grids = () => tf.tensor4d(GRIDS, [B, S, S, S]);

/** The same in float64, a cell at a time. */
function gridTwin(values: ArrayLike<number>, shrink: ArrayLike<number>): Float64Array {
  const middle = (S - 1) / 2;
  return Float64Array.from({ length: B * S ** 3 }, (_, i) => {
    const b = Math.floor(i / S ** 3);
    const [d, h, w] = [Math.floor(i / S / S) % S, Math.floor(i / S) % S, i % S];
    const at = [d, h, w].map((place, axis) =>
      middle + shrink[2 * b + (axis === 1 ? 1 : 0)]! * (place - middle)
    );
    let sum = 0;
    for (let cell = 0; cell < S ** 3; cell++) {
      const places = [Math.floor(cell / S / S), Math.floor(cell / S) % S, cell % S];
      const weight = places.reduce(
        (product, place, axis) => product * Math.max(0, 1 - Math.abs(at[axis]! - place)),
        1,
      );
      sum += weight * values[b * S ** 3 + cell]!;
    }
    return sum;
  });
}

Deno.test("stretchGrids() gives what taps give in float64, each grid by its own shrink", () => {
  tf.tidy(() => {
    assertClose(stretchGrids(grids(), shrink()).dataSync(), gridTwin(GRIDS, SHRINK), 1e-5);
    const same = stretchGrids(grids(), tf.ones([B, 2]) as tf.Tensor2D);
    assertClose(same.dataSync(), GRIDS, 1e-6);
  });
});

Deno.test("stretchGrids() reads depth and columns at multiples of x, rows at multiples of y, by hand", () => {
  tf.tidy(() => {
    // A cell on each axis, two cells from the middle.
    const cells = new Float32Array(125);
    const [near, left, top] = [12, 60, 52];
    [cells[near], cells[left], cells[top]] = [1, 2, 4];
    const grid = tf.tensor4d(cells, [1, 5, 5, 5]);
    const filled = (x: number, y: number) => {
      const values = stretchGrids(grid, tf.tensor2d([[x, y]])).dataSync();
      return Object.fromEntries([...values.entries()].filter(([, value]) => value > 0));
    };
    // Halved, what was two cells from the middle is one cell from it.
    assert.deepEqual(filled(2, 1), { 37: 1, 61: 2, 52: 4 });
    assert.deepEqual(filled(1, 2), { 12: 1, 60: 2, 57: 4 });
  });
});

Deno.test("a layer of a grid that is the same at every depth stretches as an image", () => {
  tf.tidy(() => {
    const same = tf.mul(tf.ones([B, S, S, S]), images().expandDims(1)) as tf.Tensor4D;
    const middle = tf.slice(stretchGrids(same, shrink()), [0, 2, 0, 0], [B, 1, S, S]);
    assertClose(middle.dataSync(), stretchImages(images(), shrink()).dataSync(), 1e-5);
  });
});

Deno.test("stretchGrids() has the gradient finite differences give", () => {
  tf.tidy(() => {
    const weightOf = (cell: number) => Math.cos(3 * cell);
    const weights = tf.tensor4d(Float32Array.from(GRIDS, (_, i) => weightOf(i)), [B, S, S, S]);
    const gradient = tf.grad((x) =>
      tf.sum(tf.mul(weights, stretchGrids(x as tf.Tensor4D, shrink())))
    )(grids());
    const weighted = (values: ArrayLike<number>) =>
      gridTwin(values, SHRINK).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
    // Linear: the slope along one direction is what a step along it changes.
    const direction = Float32Array.from(GRIDS, (_, i) => Math.sin(5 * i));
    const moved = GRIDS.map((value, i) => value + direction[i]!);
    const slope = tf.sum(tf.mul(gradient, tf.tensor(direction, gradient.shape))).dataSync()[0]!;
    assertClose([slope], [weighted(moved) - weighted(GRIDS)], 1e-3);
  });
});

Deno.test("stretchGrids() keeps its result alone, in a graph too, and says which shape is wrong", () => {
  const [x, factors] = [grids(), shrink()];
  assertTensorsKept(0, () => stretchGrids(x, factors).dispose());
  using program = jit({
    f: graphFunction({ x: { shape: [B, S, S, S], dtype: "float32" } }, ({ x }) => ({
      y: stretchGrids(x as tf.Tensor4D, shrink()),
    })),
  });
  tf.tidy(() => {
    assertClose(program.f({ x }).y.dataSync(), stretchGrids(x, factors).dataSync(), 1e-6);
    assert.throws(() => stretchGrids(tf.zeros([B, S, S, 4]), shrink()), {
      name: "TypeError",
      message: "Cannot stretch grids: grids must have shape [B = 3, S = 5, S = 5, S = 5], " +
        "got [3, 5, 5, 4]",
    });
    assert.throws(() => stretchGrids(grids(), tf.zeros([2, 2])), {
      name: "TypeError",
      message: "Cannot stretch grids: shrink must have shape [B = 3, 2], got [2, 2]",
    });
  });
  tf.dispose([x, factors]);
});
