import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { viewpoint } from "@/show/plot/viewpoint.ts";
import { createRandom } from "@/engine/random.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { projectReference, type Scene } from "./reference.ts";

type TiltedScene = Scene & Required<Pick<Scene, "elevation">>;

/** The tensors of a scene. */
function tensorsOf({ shape, density, azimuth, elevation }: TiltedScene) {
  return {
    density: tf.tensor4d(Float32Array.from(density), [...shape]),
    azimuth: tf.tensor1d(Float32Array.from(azimuth)),
    elevation: tf.tensor1d(Float32Array.from(elevation)),
  };
}

/** Projects a scene to plain numbers; keeps no tensor. */
function project(scene: TiltedScene): Float32Array {
  return tf.tidy(() => {
    const { density, ...angles } = tensorsOf(scene);
    return projectTilted(density, angles, { tau: scene.tau }).dataSync() as Float32Array;
  });
}

/** A scene of random densities and angles. */
function randomScene(
  seed: number,
  shape: Scene["shape"] = [2, 3, 4, 5],
  tau = 0.5,
): TiltedScene {
  const random = createRandom(seed);
  const draw = (count: number, low: number, high: number) =>
    Float32Array.from({ length: count }, () => random.uniform(low, high));
  const [batch, depth, height, width] = shape;
  return {
    shape,
    density: draw(batch * depth * height * width, 0, 2),
    azimuth: draw(batch, -4, 7),
    elevation: draw(batch, -0.9, 0.9),
    tau,
  };
}

/** One grid with one value a cell, from its indices. */
function sceneOf(
  size: number,
  angles: { azimuth: number; elevation: number },
  densityAt: (d: number, h: number, w: number) => number,
  tau = 0.5,
): TiltedScene {
  const density = new Float32Array(size ** 3);
  for (let d = 0; d < size; d++) {
    for (let h = 0; h < size; h++) {
      for (let w = 0; w < size; w++) density[(d * size + h) * size + w] = densityAt(d, h, w);
    }
  }
  const { azimuth, elevation } = angles;
  return { shape: [1, size, size, size], density, azimuth: [azimuth], elevation: [elevation], tau };
}

Deno.test("projectTilted() sees a post from 45 degrees above by its rows, cell after cell", () => {
  // A post of three cells in the middle; tan 45 = 1, so from depth to depth a ray falls by a row.
  // Row h of the image meets the middle depth at height y sqrt 2, y = 2/3, 0, -2/3 and
  // y sqrt 2 = .943, 0, -.943: rows -.414, 1 and 2.414 of the grid.
  const isPost = (d: number, _: number, w: number) => d === 1 && w === 1 ? 2 : 0;
  const image = project(sceneOf(3, { azimuth: 0, elevation: Math.PI / 4 }, isPost));
  const opacity = (density: number) => 1 - Math.exp(-0.5 * Math.SQRT2 * density);
  const edge = opacity(2 * (2 - Math.SQRT2)); // .586 of the last cell's density
  assertClose(image, [0, edge, 0, 0, opacity(2), 0, 0, edge, 0], 1e-5);
});

Deno.test("projectTilted() raises the camera: what is far comes up, what is near goes down", () => {
  const half = (isFar: boolean) => (d: number, h: number) => d >= 4 === isFar && h === 4 ? 2 : 0;
  const middleOf = (isFar: boolean) => {
    const image = project(sceneOf(8, { azimuth: 0, elevation: 0.4 }, half(isFar)));
    const rows = Array.from({ length: 8 }, (_, h) => image[h * 8 + 4]!);
    const mass = rows.reduce((sum, value) => sum + value, 0);
    return rows.reduce((sum, value, h) => sum + value * h, 0) / mass; // rows count downwards
  };
  assert.ok(middleOf(true) < 3.5 && middleOf(false) > 4, `${middleOf(true)} ${middleOf(false)}`);
});

Deno.test("projectTilted() sees a point where the figures' camera draws it", () => {
  const size = 24;
  const centre = (i: number) => (2 * i + 1) / size - 1;
  const [d, h, w] = [6, 9, 15];
  const point = [centre(w), -centre(h), centre(d)];
  const along = (direction: readonly number[]) =>
    direction.reduce((sum, value, i) => sum + value * point[i]!, 0);
  for (const [azimuth, elevation] of [[0.6, 0.5], [2.5, -0.4], [4, 0.3]] as const) {
    const isPoint = (a: number, b: number, c: number) => a === d && b === h && c === w ? 1 : 0;
    const image = project(sceneOf(size, { azimuth, elevation }, isPoint, 0.01));
    const mass = image.reduce((sum, value) => sum + value, 0);
    const mean = (at: (pixel: number) => number) =>
      image.reduce((sum, value, pixel) => sum + value * at(pixel), 0) / mass;
    const { right, up } = viewpoint(azimuth, elevation);
    const cell = 2 / size;
    assertClose([mean((pixel) => centre(pixel % size))], [along(right)], 0.2 * cell);
    assertClose([mean((pixel) => -centre(Math.floor(pixel / size)))], [along(up)], 0.2 * cell);
  }
});

Deno.test("projectTilted() is projectVoxels() at elevation 0", () => {
  for (let seed = 0; seed < 5; seed++) {
    const scene = randomScene(seed);
    const level = tf.tidy(() => {
      const { density, azimuth } = tensorsOf(scene);
      return projectVoxels(density, azimuth, { tau: scene.tau }).dataSync();
    });
    assertClose(project({ ...scene, elevation: [0, 0] }), level, 1e-6);
  }
});

Deno.test("projectTilted() gives what eight taps give in float64, on grids of four sizes", () => {
  for (let seed = 0; seed < 25; seed++) {
    const scene = randomScene(seed, [2, 3, 4, 5], 0.1 + seed / 20);
    assertClose(project(scene), projectReference(scene), 1e-4);
  }
  for (const shape of [[3, 1, 2, 6], [1, 7, 3, 2], [2, 5, 1, 1], [1, 1, 1, 1]] as const) {
    const scene = randomScene(99, shape);
    assertClose(project(scene), projectReference(scene), 1e-4);
  }
});

Deno.test("projectTilted() differs little from a grid that is turned by both angles and summed", () => {
  const size = 28;
  const centre = (i: number) => (2 * i + 1) / size - 1;
  // Two soft balls: density falls from 2 to 0 over three cells.
  const balls = [[0.2, 0.3, -0.2, 0.45], [-0.3, -0.35, 0.3, 0.35]] as const;
  const densityAt = (d: number, h: number, w: number) =>
    Math.max(...balls.map(([x, y, z, radius]) => {
      const distance = Math.hypot(centre(w) - x, -centre(h) - y, centre(d) - z);
      return 2 * Math.min(1, Math.max(0, 0.5 + (radius - distance) * size / 6));
    }));
  const errors = [0.3, 2, 4.4].flatMap((azimuth) =>
    [-Math.PI / 6, 0.2, Math.PI / 6].map((elevation) => {
      const scene = sceneOf(size, { azimuth, elevation }, densityAt);
      const expected = projectReference(scene, "cells");
      const differences = project(scene).map((value, i) => Math.abs(value - expected[i]!));
      return {
        mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
        worst: Math.max(...differences),
      };
    })
  );
  for (const { mean, worst } of errors) {
    assert.ok(mean < 0.0015 && worst < 0.04, `${mean}, ${worst}`);
  }
});

/** What is differentiated: a sum of the images with a weight for each pixel. */
const weightOf = (pixel: number) => Math.cos(3 * pixel);

function weightedSum(scene: Scene): number {
  return projectReference(scene).reduce((sum, value, i) => sum + weightOf(i) * value, 0);
}

/** The gradients of the same sum by autodiff. */
function gradientsAt(
  scene: TiltedScene,
): Record<"density" | "azimuth" | "elevation", Float32Array> {
  return tf.tidy(() => {
    const { density, azimuth, elevation } = tensorsOf(scene);
    const loss = (...at: tf.Tensor[]) => {
      const [grids, ...angles] = at as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
      const camera = { azimuth: angles[0]!, elevation: angles[1]! };
      const images = projectTilted(grids, camera, { tau: scene.tau });
      const weights = Float32Array.from({ length: images.size }, (_, i) => weightOf(i));
      return tf.sum(tf.mul(tf.tensor3d(weights, images.shape), images)) as tf.Scalar;
    };
    const gradients = tf.grads(loss)([density, azimuth, elevation]);
    const [byDensity, byAzimuth, byElevation] = gradients.map((x) => x.dataSync() as Float32Array);
    return { density: byDensity!, azimuth: byAzimuth!, elevation: byElevation! };
  });
}

for (const shape of [[2, 3, 4, 5], [2, 6, 2, 3]] as const) {
  Deno.test(`projectTilted() has the gradient for density that differences give, ${shape}`, () => {
    for (const seed of [1, 2, 3]) {
      const scene = randomScene(seed, shape);
      const twin = (density: Float64Array) => weightedSum({ ...scene, density });
      assertGradient(gradientsAt(scene).density, twin, scene.density, 1e-3);
    }
  });

  for (const name of ["azimuth", "elevation"] as const) {
    Deno.test(`projectTilted() has the gradient for ${name} that differences give, ${shape}`, () => {
      // Angles far from the kinks of bilinear weights: the differences of two widths agree.
      for (const seed of [1, 2, 3, 4, 5]) {
        const scene = randomScene(seed, shape);
        const twin = (angles: Float64Array) => weightedSum({ ...scene, [name]: angles });
        assertGradient(gradientsAt(scene)[name], twin, scene[name], 1e-2, 1e-6);
        assertGradient(gradientsAt(scene)[name], twin, scene[name], 1e-2, 1e-4);
      }
    });
  }
}

Deno.test("projectTilted() sees a grid upside down as the grid from below, upside down", () => {
  const shape = [1, 3, 4, 5] as const;
  const flipped = (values: ArrayLike<number>) => {
    const row = (i: number) => Math.floor(i / 5) % 4;
    return Array.from(values, (_, i) => values[i + 5 * (3 - 2 * row(i))]!);
  };
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const scene = randomScene(seed, shape);
      const below = {
        ...scene,
        density: flipped(scene.density),
        elevation: [-scene.elevation[0]!],
      };
      assertClose(project(below), flipped(project(scene)), 1e-5);
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectTilted() gives images in [0, 1), the same after a whole turn", () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const scene = randomScene(seed, [1, 3, 4, 5], 2);
      const image = project(scene);
      assert.ok(image.every((value) => value >= 0 && value < 1));
      const turned = { ...scene, azimuth: [scene.azimuth[0]! + 2 * Math.PI] };
      assertClose(project(turned), image, 1e-5);
    }),
    { numRuns: 30 },
  );
});

Deno.test("projectTilted() gives in a graph what it gives eagerly", () => {
  const scene = randomScene(7);
  const floats = (shape: readonly number[]) => ({ shape, dtype: "float32" as const });
  const f = graphFunction(
    { density: floats(scene.shape), azimuth: floats([2]), elevation: floats([2]) },
    ({ density, ...angles }) => {
      const { azimuth, elevation } = angles as Record<string, tf.Tensor1D>;
      const camera = { azimuth: azimuth!, elevation: elevation! };
      return { image: projectTilted(density as tf.Tensor4D, camera) };
    },
  );
  using program = jit({ f });
  tf.tidy(() => {
    assertClose(program.f(tensorsOf(scene)).image.dataSync(), project(scene), 1e-6);
  });
});

Deno.test("projectTilted() keeps its result alone", () => {
  const tensors = tf.tidy(() => tensorsOf(randomScene(1)));
  const { density, ...angles } = tensors;
  let image: tf.Tensor;
  assertTensorsKept(1, () => image = projectTilted(density, angles));
  tf.dispose([tensors, image!]);
});

/** Arguments that do not fit, and what the message must say of them. */
const REFUSED: readonly [number[], number[], number[], string][] = [
  [[2, 3, 4], [2], [2], "density must have shape [B, D, H, W], got [2, 3, 4]"],
  [[2, 3, 4, 5], [3], [2], "azimuth must have shape [B = 2], got [3]"],
  [[2, 3, 4, 5], [2], [2, 1], "elevation must have shape [B = 2], got [2, 1]"],
];

for (const [density, azimuth, elevation, message] of REFUSED) {
  Deno.test(`projectTilted() refuses because ${message}`, () => {
    tf.tidy(() => {
      const ones = (shape: number[]): tf.Tensor => tf.ones(shape);
      const angles = { azimuth: ones(azimuth), elevation: ones(elevation) };
      const run = () =>
        projectTilted(
          ones(density) as tf.Tensor4D,
          angles as Record<keyof typeof angles, tf.Tensor1D>,
        );
      assert.throws(run, {
        name: "TypeError",
        message: `Cannot project tilted voxels: ${message}`,
      });
    });
  });
}
