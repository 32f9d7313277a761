import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import { projectVoxels } from "@/render/project.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { projectReference, type Scene } from "./reference.ts";

/** Projects a scene to plain numbers; keeps no tensor. */
function project({ shape, density, azimuth, tau }: Scene): Float32Array {
  return tf.tidy(() => {
    const grids = tf.tensor4d(Float32Array.from(density), [...shape]);
    const angles = tf.tensor1d(Float32Array.from(azimuth));
    return projectVoxels(grids, angles, { tau }).dataSync() as Float32Array;
  });
}

/** A scene of random densities and azimuths. */
function randomScene(seed: number, shape: Scene["shape"] = [2, 3, 4, 5], tau = 0.5): Scene {
  const random = createRandom(seed);
  const count = shape.reduce((product, length) => product * length, 1);
  return {
    shape,
    density: Float32Array.from({ length: count }, () => random.uniform(0, 2)),
    azimuth: Float32Array.from({ length: shape[0] }, () => random.uniform(-4, 7)),
    tau,
  };
}

/** Gives a scene with one value a cell, from its indices. */
function sceneOf(
  [depth, height, width]: readonly [number, number, number],
  azimuth: number,
  densityAt: (d: number, h: number, w: number) => number,
  tau = 0.5,
): Scene {
  const density = new Float32Array(depth * height * width);
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) density[(d * height + h) * width + w] = densityAt(d, h, w);
    }
  }
  return { shape: [1, depth, height, width], density, azimuth: [azimuth], tau };
}

const opacity = (thickness: number, tau = 0.5) => 1 - Math.exp(-tau * thickness);

Deno.test("projectVoxels() sees a slab from the front as deep as it is", () => {
  const image = project(sceneOf([3, 2, 4], 0, (d) => d === 1 ? 2 : 0));
  assertClose(image, new Array(8).fill(opacity(2)), 1e-6);
});

Deno.test("projectVoxels() sees a slab from the side as thin as it is", () => {
  // The slab lies at d = 0 of 4, z = -3/4. After a quarter turn (x, z) -> (z, -x) it is met where
  // -x = -3/4: by the rightmost column, in all four of its cells.
  const image = project(sceneOf([4, 2, 4], Math.PI / 2, (d) => d === 0 ? 2 : 0));
  const row = [0, 0, 0, opacity(8)];
  assertClose(image, [...row, ...row], 1e-5);
});

Deno.test("projectVoxels() halves the light in a half-opaque cell, and again in the next", () => {
  const half = Math.log(2) / 0.5; // 1 - exp(-tau * half) = 1/2
  const density = [[half, half, half], [half, half, 0], [half, 0, 0]]; // [d][w]
  const image = project(sceneOf([3, 1, 3], 0, (d, _, w) => density[d]![w]!));
  assertClose(image, [7 / 8, 3 / 4, 1 / 2], 1e-6);
});

Deno.test("projectVoxels() draws an L upright and turns it to its mirror image", () => {
  // Up at the left, along the bottom to the right, in the middle layer of depth.
  const isL = (d: number, h: number, w: number) => d === 1 && (w === 0 || h === 2) ? 20 : 0;
  const front = project(sceneOf([3, 3, 3], 0, isL));
  assertClose(front, [1, 0, 0, 1, 0, 0, 1, 1, 1], 1e-4);
  const back = project(sceneOf([3, 3, 3], Math.PI, isL));
  assertClose(back, [0, 0, 1, 0, 0, 1, 1, 1, 1], 1e-4);
});

Deno.test("projectVoxels() sees the chords of a ball from everywhere", () => {
  const [size, radius, tau] = [48, 0.7, 0.02];
  const centre = (i: number) => (2 * i + 1) / size - 1;
  // A soft edge, one cell wide, leaves less of the staircase of cells.
  const ball = (d: number, h: number, w: number) => {
    const distance = Math.hypot(centre(d), centre(h), centre(w));
    return Math.min(1, Math.max(0, (radius - distance) * size / 2 + 0.5));
  };
  for (const azimuth of [0, 0.4, 2.1, 4]) {
    const image = project(sceneOf([size, size, size], azimuth, ball, tau));
    for (const [h, w] of [[24, 24], [24, 33], [12, 24], [15, 30]] as const) {
      const chord = 2 * Math.sqrt(radius ** 2 - centre(h) ** 2 - centre(w) ** 2) * size / 2;
      const got = -Math.log(1 - image[h * size + w]!) / tau;
      assertClose([got], [chord], 0.5); // half a cell of about 30
    }
  }
});

Deno.test("projectVoxels() gives what eight taps give in float64, on grids of three sizes", () => {
  for (let seed = 0; seed < 25; seed++) {
    const scene = randomScene(seed, [2, 3, 4, 5], 0.1 + seed / 20);
    assertClose(project(scene), projectReference(scene), 1e-4);
  }
  for (const shape of [[3, 1, 2, 6], [1, 7, 3, 2], [2, 5, 1, 1], [1, 1, 1, 1]] as const) {
    const scene = randomScene(99, shape);
    assertClose(project(scene), projectReference(scene), 1e-4);
  }
});

/** What is differentiated: a sum of the images with a weight for each pixel. */
const weightOf = (pixel: number) => Math.cos(3 * pixel);

function weightedSum(scene: Scene): number {
  return projectReference(scene).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
}

/** The gradients of the same sum by autodiff. */
function gradientsAt({ shape, density, azimuth, tau }: Scene): [Float32Array, Float32Array] {
  return tf.tidy(() => {
    const [batch, , height, width] = shape;
    const pixels = Float32Array.from({ length: batch * height * width }, (_, i) => weightOf(i));
    const weights = tf.tensor3d(pixels, [batch, height, width]);
    const loss = (grids: tf.Tensor, angles: tf.Tensor) =>
      tf.sum(
        tf.mul(weights, projectVoxels(grids as tf.Tensor4D, angles as tf.Tensor1D, { tau })),
      ) as tf.Scalar;
    const [byDensity, byAzimuth] = tf.grads(loss)([
      tf.tensor4d(Float32Array.from(density), [...shape]),
      tf.tensor1d(Float32Array.from(azimuth)),
    ]);
    return [byDensity!.dataSync() as Float32Array, byAzimuth!.dataSync() as Float32Array];
  });
}

for (const shape of [[2, 3, 4, 5], [2, 6, 2, 3]] as const) {
  Deno.test(`projectVoxels() has the gradient for density that differences give, ${shape}`, () => {
    for (const seed of [1, 2, 3]) {
      const scene = randomScene(seed, shape);
      const twin = (density: Float64Array) => weightedSum({ ...scene, density });
      assertGradient(gradientsAt(scene)[0], twin, scene.density, 1e-3);
    }
  });

  Deno.test(`projectVoxels() has the gradient for azimuth that differences give, ${shape}`, () => {
    // Bilinear weights have kinks where a point crosses a cell's centre; these azimuths are far
    // from them: the float64 differences of two widths agree.
    for (const seed of [1, 2, 3, 4, 5]) {
      const scene = randomScene(seed, shape);
      const twin = (azimuth: Float64Array) => weightedSum({ ...scene, azimuth });
      assertGradient(gradientsAt(scene)[1], twin, scene.azimuth, 1e-2, 1e-6);
      assertGradient(gradientsAt(scene)[1], twin, scene.azimuth, 1e-2, 1e-4);
    }
  });
}

const angle = fc.double({ min: -6, max: 6, noNaN: true });

Deno.test("projectVoxels() sees the same after a whole turn", () => {
  fc.assert(
    fc.property(angle, fc.nat(1000), (azimuth, seed) => {
      const scene = { ...randomScene(seed, [1, 3, 4, 5]), azimuth: [azimuth] };
      const turned = { ...scene, azimuth: [azimuth + 2 * Math.PI] };
      assertClose(project(turned), project(scene), 1e-5);
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectVoxels() sees the mirror image of a mirrored grid from the mirrored side", () => {
  const shape = [1, 3, 4, 5] as const;
  const mirrored = (values: ArrayLike<number>) =>
    // along W
    Array.from(values, (_, i) => values[i - i % 5 + 4 - i % 5]!);
  fc.assert(
    fc.property(angle, fc.nat(1000), (azimuth, seed) => {
      const scene = { ...randomScene(seed, shape), azimuth: [azimuth] };
      const mirror = { ...scene, density: mirrored(scene.density), azimuth: [-azimuth] };
      assertClose(project(mirror), mirrored(project(scene)), 1e-5);
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectVoxels() gives images in [0, 1), 0 where nothing is", () => {
  assertClose(project(sceneOf([3, 4, 5], 1, () => 0)), new Float32Array(20), 0);
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const image = project(randomScene(seed, [2, 3, 4, 5], 2));
      assert.ok(image.every((value) => value >= 0 && value < 1));
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectVoxels() never gets darker where density is added", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(59), (seed, cell) => {
      const scene = randomScene(seed, [1, 3, 4, 5]);
      const denser = { ...scene, density: Float32Array.from(scene.density) };
      denser.density[cell]! += 1;
      const [before, after] = [project(scene), project(denser)];
      assert.ok(after.every((value, i) => value >= before[i]! - 1e-6));
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectVoxels() takes tau for the density's unit, .5 unless given", () => {
  const scene = randomScene(4);
  const doubled = { ...scene, density: Array.from(scene.density, (value) => 2 * value) };
  assertClose(project({ ...scene, tau: 1 }), project(doubled), 1e-6);
  tf.tidy(() => {
    const grids = tf.ones([1, 3, 1, 1]) as tf.Tensor4D;
    const image = projectVoxels(grids, tf.tensor1d([0])).dataSync();
    assertClose(image, [opacity(3, 0.5)], 1e-6);
  });
});

Deno.test("projectVoxels() gives in a graph what it gives eagerly, gradients too", () => {
  const { shape, density, azimuth } = randomScene(7);
  const f = graphFunction({
    density: { shape, dtype: "float32" },
    azimuth: { shape: [2], dtype: "float32" },
  }, (inputs) => {
    const run = (grids: tf.Tensor, angles: tf.Tensor) =>
      projectVoxels(grids as tf.Tensor4D, angles as tf.Tensor1D);
    const loss = (...at: tf.Tensor[]) => tf.sum(tf.square(run(at[0]!, at[1]!))) as tf.Scalar;
    const [byDensity, byAzimuth] = tf.grads(loss)([inputs.density, inputs.azimuth]);
    return { image: run(inputs.density, inputs.azimuth), byDensity, byAzimuth } as Record<
      string,
      tf.Tensor
    >;
  });
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const feeds = {
      density: tf.tensor4d(Float32Array.from(density), [...shape]),
      azimuth: tf.tensor1d(Float32Array.from(azimuth)),
    };
    const [expected, got] = [eager.f(feeds), traced.f(feeds)];
    for (const [name, tensor] of Object.entries(expected)) {
      assertClose(got[name]!.dataSync(), tensor.dataSync(), 1e-5);
    }
  });
});

Deno.test("projectVoxels() keeps its result alone", () => {
  const density = tf.ones([1, 2, 3, 4]) as tf.Tensor4D;
  const azimuth = tf.tensor1d([1]);
  let image: tf.Tensor;
  assertTensorsKept(1, () => image = projectVoxels(density, azimuth));
  tf.dispose([density, azimuth, image!]);
});

/** Arguments that do not fit, and what the message must say of them. */
const REFUSED: readonly [number[], number[], string][] = [
  [[2, 3, 4], [2], "density must have shape [B, D, H, W], got [2, 3, 4]"],
  [[2, 3, 4, 5, 1], [2], "density must have shape [B, D, H, W], got [2, 3, 4, 5, 1]"],
  [[2, 3, 4, 5], [3], "azimuth must have shape [B = 2], got [3]"],
  [[2, 3, 4, 5], [2, 1], "azimuth must have shape [B = 2], got [2, 1]"],
];

for (const [density, azimuth, message] of REFUSED) {
  Deno.test(`projectVoxels() refuses because ${message}`, () => {
    tf.tidy(() => {
      const ones = (shape: number[]): tf.Tensor => tf.ones(shape);
      const run = () => projectVoxels(ones(density) as tf.Tensor4D, ones(azimuth) as tf.Tensor1D);
      assert.throws(run, { name: "TypeError", message: `Cannot project voxels: ${message}` });
    });
  });
}
