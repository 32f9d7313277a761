import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { bilinearWeights } from "@/render/bilinear.ts";
import { projectMaximum } from "@/render/max_projection.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import { projectViews } from "@/render/views.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { maximumReference, projectReference } from "./reference.ts";

/** Gives the slope at each index of the sum of weights times `values`, one value a cell. */
function slopesAt(indices: readonly number[], values: readonly number[]): Float32Array {
  return tf.tidy(() => {
    const index = tf.tensor4d([...indices], [indices.length, 1, 1, 1]);
    const sum = (at: tf.Tensor) =>
      tf.sum(tf.mul(bilinearWeights(at as tf.Tensor4D, values.length), [...values]));
    return tf.grad(sum)(index).dataSync() as Float32Array;
  });
}

Deno.test("bilinearWeights() shares an index between the cells beside it, by hand", () => {
  tf.tidy(() => {
    const index = tf.tensor4d([0, 0.25, 2, 2.75, -0.5, 4], [2, 3, 1, 1]);
    const weights = bilinearWeights(index, 3);
    assert.deepEqual(weights.shape, [2, 3, 1, 3]);
    const rows = [[1, 0, 0], [0.75, 0.25, 0], [0, 0, 1], [0, 0, 0.25], [0.5, 0, 0], [0, 0, 0]];
    assertClose(weights.dataSync(), rows.flat(), 0);
  });
});

Deno.test("bilinearWeights() has the slope between two cells, and at a cell the mean of both", () => {
  const values = [1, 10, 100];
  const between = [0.25, 1.5, -0.5, 2.5]; // outside of the grid every value is 0
  assertClose(slopesAt(between, values), [9, 90, 1, -100], 0);
  const at = [0, 1, 2, -1, 3];
  assertClose(slopesAt(at, values), [10 / 2, 99 / 2, -10 / 2, 1 / 2, -100 / 2], 0);
  assertClose(slopesAt([-1.5, 3.5], values), [0, 0], 0);
  assertClose(slopesAt([0, 0.5, -1], [7]), [0, -7, 7 / 2], 0); // a grid of one cell
});

Deno.test("bilinearWeights() knows a cell that float32 misses, but takes the side beyond", () => {
  const values = [1, 10, 100];
  assertClose(slopesAt([1 + 1e-5, 1 - 1e-5], values), [99 / 2, 99 / 2], 0);
  assertClose(slopesAt([1 + 1e-4, 1 - 1e-4], values), [90, 9], 0);
});

Deno.test("bilinearWeights() gives in a graph what it gives eagerly, and by XLA, slopes too", () => {
  const f = graphFunction(
    { index: { shape: [2, 1, 3, 1], dtype: "float32" } },
    ({ index }) => {
      const sum = (at: tf.Tensor) =>
        tf.sum(tf.square(bilinearWeights(at as tf.Tensor4D, 4))) as tf.Scalar;
      return {
        weights: bilinearWeights(index as tf.Tensor4D, 4),
        slopes: tf.grad(sum)(index),
      };
    },
  );
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  using compiled = jit({ f }, { useXla: true });
  tf.tidy(() => {
    const index = tf.tensor4d([0, 0.3, 1, 2.6, 3, -0.2], [2, 1, 3, 1]);
    const expected = eager.f({ index });
    for (const { weights, slopes } of [traced.f({ index }), compiled.f({ index })]) {
      assertClose(weights.dataSync(), expected.weights.dataSync(), 1e-6);
      assertClose(slopes.dataSync(), expected.slopes.dataSync(), 1e-6);
    }
  });
});

Deno.test("bilinearWeights() keeps its result alone, and its gradient nothing else", () => {
  const index = tf.tensor4d([0, 0.3], [1, 1, 2, 1]);
  assertTensorsKept(0, () => bilinearWeightsInTidy(index).dispose());
  const gradient = tf.grad((at) => tf.sum(bilinearWeightsInTidy(at as tf.Tensor4D)));
  assertTensorsKept(0, () => gradient(index).dispose());
  index.dispose();
});

/** As every projection calls it. */
const bilinearWeightsInTidy = (index: tf.Tensor4D) => tf.tidy(() => bilinearWeights(index, 3));

// A grid of D = W is aligned with its rays at each quarter turn: every point of a ray meets a cell.
const QUARTERS = [0, Math.PI / 2, Math.PI, 3 * Math.PI / 2];
const LEVEL = [0, 0, 0, 0];

/** Azimuths and elevations of which one or both are aligned. */
const POSES: Readonly<Record<string, readonly [number[], number[]]>> = {
  "aligned, level": [QUARTERS, LEVEL],
  "aligned, raised": [QUARTERS, [0.3, -0.2, 0.4, 0.1]],
  "turned, level": [[0.7, 2, -0.4, 4], LEVEL],
};

const [GRIDS, ROWS] = [4, 3];

/** A projection of `GRIDS` grids by as many poses, and which of its images is which grid from where. */
interface Projection {
  readonly images: (grids: tf.Tensor4D, azimuth: tf.Tensor1D, elevation: tf.Tensor1D) => tf.Tensor;
  readonly pairs: readonly (readonly [grid: number, pose: number])[];
  /** Whether it takes elevations. */
  readonly isTilted?: boolean;
  readonly reference?: "maximum";
}

const each = [0, 1, 2, 3].map((b) => [b, b] as const);
const all = [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3].map((v) => [b, v] as const));
const ownPairs = [[0, 0], [0, 1], [1, 2], [1, 3]] as const;
const inPairs = (angles: tf.Tensor) => angles.reshape([2, 2]) as tf.Tensor2D;
const firstTwo = (grids: tf.Tensor4D) =>
  tf.slice(grids, [0, 0, 0, 0], [2, -1, -1, -1]) as tf.Tensor4D;

const PROJECTIONS: Readonly<Record<string, Projection>> = {
  "projectVoxels()": { images: (grids, azimuth) => projectVoxels(grids, azimuth), pairs: each },
  "projectTilted()": {
    images: (grids, azimuth, elevation) => projectTilted(grids, { azimuth, elevation }),
    pairs: each,
    isTilted: true,
  },
  "projectViews(), shared": {
    images: (grids, azimuth) => projectViews(grids, { azimuth }),
    pairs: all,
  },
  "projectViews(), shared and raised": {
    images: (grids, azimuth, elevation) => projectViews(grids, { azimuth, elevation }),
    pairs: all,
    isTilted: true,
  },
  "projectViews(), each grid's own": {
    images: (grids, azimuth) => projectViews(firstTwo(grids), { azimuth: inPairs(azimuth) }),
    pairs: ownPairs,
  },
  "projectViews(), each grid's own and raised": {
    images: (grids, azimuth, elevation) =>
      projectViews(firstTwo(grids), {
        azimuth: inPairs(azimuth),
        elevation: inPairs(elevation),
      }),
    pairs: ownPairs,
    isTilted: true,
  },
  "projectMaximum()": {
    images: (grids, azimuth) => projectMaximum(grids, azimuth),
    pairs: each,
    reference: "maximum",
  },
};

/** What is differentiated: a sum of the images with a weight for each pixel. */
const weightOf = (pixel: number) => Math.cos(3 * pixel);

/** Random densities `[GRIDS, side, ROWS, side]`; no two points of a ray are equal. */
function randomGrids(side: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: GRIDS * side * ROWS * side }, () => random.uniform(0, 2));
}

/** The sum in float64. */
function weightedSum(
  { pairs, isTilted, reference }: Projection,
  side: number,
  grids: ArrayLike<number>,
  azimuth: ArrayLike<number>,
  elevation: ArrayLike<number>,
): number {
  const cells = side * ROWS * side;
  const images = pairs.flatMap(([grid, pose]) => {
    const scene = {
      shape: [1, side, ROWS, side] as const,
      density: Array.from({ length: cells }, (_, cell) => grids[grid * cells + cell]!),
      azimuth: [azimuth[pose]!],
      elevation: [isTilted ? elevation[pose]! : 0],
      tau: 0.5,
    };
    return [...reference === "maximum" ? maximumReference(scene) : projectReference(scene)];
  });
  return images.reduce((sum, value, i) => sum + weightOf(i) * value, 0);
}

/** The gradients of the sum for azimuth and elevation, by autodiff. */
function gradientsAt(
  { images, isTilted }: Projection,
  side: number,
  grids: Float32Array,
  azimuth: readonly number[],
  elevation: readonly number[],
): { byAzimuth: Float32Array; byElevation?: Float32Array } {
  return tf.tidy(() => {
    const density = tf.tensor4d(grids, [GRIDS, side, ROWS, side]);
    const level = tf.tensor1d([...elevation]);
    const sum = (azimuth: tf.Tensor, raised: tf.Tensor = level) => {
      const seen = images(density, azimuth as tf.Tensor1D, raised as tf.Tensor1D);
      const weights = Float32Array.from({ length: seen.size }, (_, i) => weightOf(i));
      return tf.sum(tf.mul(tf.tensor(weights, seen.shape), seen)) as tf.Scalar;
    };
    const at = [tf.tensor1d([...azimuth]), ...isTilted ? [level] : []];
    const [byAzimuth, byElevation] = tf.grads(sum)(at).map((each) => each.dataSync());
    return { byAzimuth, ...(byElevation && { byElevation }) } as {
      byAzimuth: Float32Array;
      byElevation?: Float32Array;
    };
  });
}

// Differences that reach farther than float32 misses a cell: at a kink they are the mean of both sides,
// plus at most this step times the change of curvature.
const STEP = 1e-4;

for (const [name, projection] of Object.entries(PROJECTIONS)) {
  for (const [where, [azimuth, elevation]] of Object.entries(POSES)) {
    if (!projection.isTilted && where !== "aligned, level") continue;
    Deno.test(`${name} has the gradient central differences give, ${where}`, () => {
      for (const side of [4, 5]) {
        const grids = randomGrids(side, side);
        const gradient = gradientsAt(projection, side, grids, azimuth, elevation);
        const sum = (turns: ArrayLike<number>, rises: ArrayLike<number>) =>
          weightedSum(projection, side, grids, turns, rises);
        assertGradient(gradient.byAzimuth, (x) => sum(x, elevation), azimuth, 1e-3, STEP);
        if (!gradient.byElevation) continue;
        assertGradient(gradient.byElevation, (x) => sum(azimuth, x), elevation, 1e-3, STEP);
      }
    });
  }
}

Deno.test("projectVoxels() at a quarter turn has the mean of the gradients on both sides", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 3, max: 6 }), (seed, side) => {
      const grids = randomGrids(side, seed);
      const gradientAt = (shift: number) => {
        const azimuth = QUARTERS.map((angle) => angle + shift);
        return gradientsAt(PROJECTIONS["projectVoxels()"]!, side, grids, azimuth, LEVEL).byAzimuth;
      };
      // Far enough that every point leaves its cell, so near that curvature does not count.
      const [before, after] = [gradientAt(-2e-4), gradientAt(2e-4)];
      const scale = Math.max(...before.map(Math.abs), ...after.map(Math.abs));
      assertClose(gradientAt(0), before.map((value, i) => (value + after[i]!) / 2), 2e-3 * scale);
    }),
    { numRuns: 20 },
  );
});

Deno.test("projectVoxels() turns towards what is brighter on either side, by hand", () => {
  // Thickness of the left ray of a grid of 2 by 2, a b near and c d far, from a turn t > 0:
  // (1 - t/2) ((1 - t/2) a + t/2 c) + (1 - t/2) ((1 - t/2) c + t/2 d), slope -a - c/2 + d/2;
  // from t < 0 the slope is a/2 - b/2 + c. Their mean is (c + d - a - b) / 4.
  const [a, b, c, d] = [0.3, 0.8, 1.1, 0.2];
  const gradient = tf.tidy(() => {
    const grid = tf.tensor4d([a, b, c, d], [1, 2, 1, 2]);
    const left = (azimuth: tf.Tensor) =>
      tf.slice(projectVoxels(grid, azimuth as tf.Tensor1D, { tau: 1 }), [0, 0, 0], [1, 1, 1])
        .reshape([]) as tf.Scalar;
    return tf.grad(left)(tf.tensor1d([0])).dataSync();
  });
  const transparency = Math.exp(-(a + c)); // of the ray: d(1 - exp(-t)) = exp(-t) dt
  assertClose(gradient, [transparency * (c + d - a - b) / 4], 1e-6);
});
