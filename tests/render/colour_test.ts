import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { projectColour } from "@/render/colour.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { readPoints } from "./ray_points.ts";

const SHAPE = [2, 3, 4, 5] as const;
const [B, D, H, W] = SHAPE;
const TAU = 0.8;
const random = createRandom(31);
const draw = (high: number) =>
  Float32Array.from({ length: B * D * H * W }, () => random.uniform(0, high));
const [DENSITY, COLOUR] = [draw(2), draw(1)];
const AZIMUTH = [0.7, -2.1];
const ELEVATION = [0.4, -0.3];
const grid = (values: Float32Array) => tf.tensor4d(values, [...SHAPE]);
const level = () => ({ azimuth: tf.tensor1d(AZIMUTH) });
const raised = () => ({ ...level(), elevation: tf.tensor1d(ELEVATION) });

interface Colours {
  readonly density: ArrayLike<number>;
  readonly colour: ArrayLike<number>;
  readonly azimuth: ArrayLike<number>;
  readonly elevation?: ArrayLike<number>;
}

/** The same in float64, light by light along each ray. */
function twin({ density, colour, azimuth, elevation }: Colours): Float64Array {
  const [matter, shades] = [density, colour].map((values) =>
    readPoints({ shape: SHAPE, azimuth, elevation }, values)
  ) as [Float64Array, Float64Array];
  return Float64Array.from({ length: B * H * W }, (_, ray) => {
    const way = 1 / Math.cos(elevation?.[Math.floor(ray / H / W)] ?? 0);
    let [light, seen] = [1, 0];
    for (let k = 0; k < D; k++) {
      const passed = Math.exp(-TAU * way * matter[ray * D + k]!);
      seen += light * (1 - passed) * shades[ray * D + k]!;
      light *= passed;
    }
    return seen;
  });
}

Deno.test("projectColour() shows what is in front before what is behind, by hand", () => {
  tf.tidy(() => {
    const density = tf.tensor4d([2, 0, 2, 2], [1, 2, 1, 2]); // near: left; far: both
    const colour = tf.tensor4d([0.9, 0.9, 0.1, 0.4], [1, 2, 1, 2]);
    const from = (azimuth: number) =>
      projectColour(density, colour, { azimuth: tf.tensor1d([azimuth]) }, { tau: 0.5 }).dataSync();
    const half = Math.exp(-1); // what a cell lets through
    const opaque = 1 - half;
    assertClose(from(0), [opaque * 0.9 + half * opaque * 0.1, opaque * 0.4], 1e-6);
    // From behind, the right is left and far is near.
    assertClose(from(Math.PI), [opaque * 0.4, opaque * 0.1 + half * opaque * 0.9], 1e-6);
  });
});

Deno.test("projectColour() gives what light by light gives in float64, level and raised", () => {
  tf.tidy(() => {
    const images = (camera: ReturnType<typeof level>) =>
      projectColour(grid(DENSITY), grid(COLOUR), camera, { tau: TAU });
    assert.deepEqual(images(level()).shape, [B, H, W]);
    const scene = { density: DENSITY, colour: COLOUR, azimuth: AZIMUTH };
    assertClose(images(level()).dataSync(), twin(scene), 1e-5);
    assertClose(images(raised()).dataSync(), twin({ ...scene, elevation: ELEVATION }), 1e-5);
  });
});

Deno.test("projectColour() of white is the projection, of black nothing, and of grey in between", () => {
  tf.tidy(() => {
    for (const camera of [level(), raised()]) {
      // Where a point lies partly outside the grid its colour fades: white is white around it.
      const inside = tf.pad(grid(DENSITY), [[0, 0], [1, 1], [1, 1], [1, 1]]);
      const of = (colour: number) =>
        projectColour(inside as tf.Tensor4D, tf.fill(inside.shape, colour), camera, { tau: TAU })
          .slice([0, 1, 1], [B, H, W]).dataSync();
      const seen = ("elevation" in camera
        ? projectTilted(inside as tf.Tensor4D, camera as ReturnType<typeof raised>, { tau: TAU })
        : projectVoxels(inside as tf.Tensor4D, camera.azimuth, { tau: TAU }))
        .slice([0, 1, 1], [B, H, W]).dataSync();
      const [white, grey] = [of(1), of(0.3)];
      grey.forEach((value, i) =>
        assertClose([value], [0.3 * white[i]!], 1e-5)
      );
      white.forEach((value, i) => assert.ok(value <= seen[i]! + 1e-5));
      assertClose(of(0), new Array(B * H * W).fill(0), 0);
    }
    const front = { azimuth: tf.zeros([B]) as tf.Tensor1D };
    const white = projectColour(grid(DENSITY), tf.ones([...SHAPE]), front, { tau: TAU });
    const seen = projectVoxels(grid(DENSITY), front.azimuth, { tau: TAU });
    assertClose(white.dataSync(), seen.dataSync(), 1e-5);
  });
});

Deno.test("projectColour() has the gradients finite differences give", () => {
  tf.tidy(() => {
    const weightOf = (pixel: number) => Math.cos(3 * pixel);
    const weights = tf.tensor3d(Float32Array.from({ length: B * H * W }, (_, i) => weightOf(i)), [
      B,
      H,
      W,
    ]);
    const { azimuth, elevation } = raised();
    const gradients = tf.grads((density, colour, azimuth, elevation) => {
      const camera = { azimuth: azimuth as tf.Tensor1D, elevation: elevation as tf.Tensor1D };
      const images = projectColour(density as tf.Tensor4D, colour as tf.Tensor4D, camera, {
        tau: TAU,
      });
      return tf.sum(tf.mul(weights, images)) as tf.Scalar;
    })([grid(DENSITY), grid(COLOUR), azimuth, elevation]);
    const at: Record<string, ArrayLike<number>> = {
      density: DENSITY,
      colour: COLOUR,
      azimuth: AZIMUTH,
      elevation: ELEVATION,
    };
    for (const [i, name] of Object.keys(at).entries()) {
      const summed = (values: Float64Array) =>
        twin({ ...at, [name]: values } as unknown as Colours)
          .reduce((sum, value, pixel) => sum + weightOf(pixel) * value, 0);
      assertGradient(gradients[i]!.dataSync(), summed, at[name]!, 1e-3);
    }
  });
});

Deno.test("projectColour() gives in a graph what it gives eagerly, gradient included", () => {
  const spec = { shape: [...SHAPE], dtype: "float32" as const };
  const f = graphFunction({ density: spec, colour: spec }, ({ density, colour }) => {
    const render = (colour: tf.Tensor) =>
      projectColour(density as tf.Tensor4D, colour as tf.Tensor4D, raised());
    const gradient = tf.grad((x) => tf.sum(tf.square(render(x))))(colour!);
    return { images: render(colour!), gradient };
  });
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const feeds = { density: grid(DENSITY), colour: grid(COLOUR) };
    const [expected, got] = [eager.f(feeds), traced.f(feeds)];
    for (const name of ["images", "gradient"] as const) {
      assertClose(got[name].dataSync(), expected[name].dataSync(), 1e-5);
    }
  });
});

Deno.test("projectColour() keeps its images alone", () => {
  const [density, colour, camera] = [grid(DENSITY), grid(COLOUR), raised()];
  assertTensorsKept(0, () => projectColour(density, colour, camera).dispose());
  tf.dispose([density, colour, camera]);
});

Deno.test("projectColour() says which shape is wrong", () => {
  tf.tidy(() => {
    const refuse = (colour: tf.Tensor, azimuth: tf.Tensor, elevation: tf.Tensor, end: string) =>
      assert.throws(
        () =>
          projectColour(grid(DENSITY), colour as tf.Tensor4D, {
            azimuth: azimuth as tf.Tensor1D,
            elevation: elevation as tf.Tensor1D,
          }),
        { name: "TypeError", message: `Cannot project colour: ${end}` },
      );
    const [two, three] = [tf.zeros([2]), tf.zeros([3])];
    const other = tf.zeros([2, 3, 4, 4]);
    refuse(
      other,
      two,
      two,
      "colour must have shape [B = 2, D = 3, H = 4, W = 5], got [2, 3, 4, 4]",
    );
    refuse(grid(COLOUR), three, two, "azimuth must have shape [B = 2], got [3]");
    refuse(grid(COLOUR), two, three, "elevation must have shape [B = 2], got [3]");
  });
});
