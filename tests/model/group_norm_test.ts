import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { groupNorm } from "@/model/group_norm.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, H, W, C, GROUPS] = [2, 4, 5, 6, 3];
const SHAPE = [B, H, W, C];
const layer = groupNorm("norm", C, GROUPS);
const input = () => randomTensor(SHAPE, 1);
const SCALE = randomTensor([C], 2).dataSync() as Float32Array;
const SHIFT = randomTensor([C], 3).dataSync() as Float32Array;

const apply = (x: tf.Tensor, scale = tf.tensor1d(SCALE), shift = tf.tensor1d(SHIFT)) =>
  layer.apply(
    passOf(layer.parameters, { values: { "norm/scale": scale, "norm/shift": shift } }),
    x,
  );

/** The same in float64, a group of an image at a time. */
function twin(
  x: ArrayLike<number>,
  scale: ArrayLike<number> = SCALE,
  shift: ArrayLike<number> = SHIFT,
): Float64Array {
  const result = new Float64Array(x.length);
  for (let b = 0; b < B; b++) {
    for (let g = 0; g < GROUPS; g++) {
      const places = Array.from({ length: x.length }, (_, i) => i).filter((i) =>
        Math.floor(i / (H * W * C)) === b && Math.floor(i % C / (C / GROUPS)) === g
      );
      const mean = places.reduce((sum, i) => sum + x[i]!, 0) / places.length;
      const variance = places.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / places.length;
      for (const i of places) {
        result[i] = (x[i]! - mean) / Math.sqrt(variance + 1e-5) * scale[i % C]! + shift[i % C]!;
      }
    }
  }
  return result;
}

Deno.test("groupNorm() brings each group of channels to mean 0 and variance 1, by hand", () => {
  tf.tidy(() => {
    const pair = groupNorm("norm", 4, 2);
    // The first group is 1, 3, 1, 3: mean 2, variance 1. The second one is 0, 0, 0, 8: 2 and 12.
    const x = tf.tensor3d([1, 3, 0, 0, 1, 3, 0, 8], [1, 2, 4]);
    const y = pair.apply(passOf(pair.parameters), x).dataSync();
    const [low, high] = [-2 / Math.sqrt(12), 6 / Math.sqrt(12)];
    assertClose(y, [-1, 1, low, low, -1, 1, low, high], 1e-5);
  });
});

Deno.test("groupNorm() gives what plain sums give in float64, scaled and shifted by channel", () => {
  tf.tidy(() => {
    const x = input();
    assert.deepEqual(apply(x).shape, SHAPE);
    assertClose(apply(x).dataSync(), twin(x.dataSync()), 1e-5);
  });
});

Deno.test("groupNorm() starts with scale 1 and shift 0, and has 8 groups unless told", () => {
  tf.tidy(() => {
    const { parameters, apply } = groupNorm("norm", 8);
    const { values } = passOf(parameters);
    assert.deepEqual([...values["norm/scale"]!.dataSync()], new Array(8).fill(1));
    assert.deepEqual([...values["norm/shift"]!.dataSync()], new Array(8).fill(0));
    assert.ok(Object.values(parameters).every(({ isTrained }) => isTrained));
    // With a channel in each of 8 groups, one place alone is its own mean.
    const single = apply(passOf(parameters), randomTensor([2, 1, 8], 4));
    assertClose(single.dataSync(), new Array(16).fill(0), 1e-6);
  });
});

Deno.test("groupNorm() does not mind the scale and the mean of its input", () => {
  tf.tidy(() => {
    const x = input();
    // Not closer, because 1e-5 is added to the variance, about 1 / 3 here.
    assertClose(apply(tf.add(tf.mul(x, 7), 3)).dataSync(), apply(x).dataSync(), 1e-4);
  });
});

Deno.test("groupNorm() treats each image by itself", () => {
  tf.tidy(() => {
    const x = input();
    const second = tf.slice(x, [1, 0, 0, 0], [1, H, W, C]);
    assertClose(apply(second).dataSync(), apply(x).dataSync().slice(H * W * C), 1e-6);
  });
});

Deno.test("groupNorm() has the gradients finite differences give", () => {
  tf.tidy(() => {
    const weights = randomTensor(SHAPE, 5);
    const weighted = (y: Float64Array) =>
      y.reduce((sum, value, i) => sum + weights.dataSync()[i]! * value, 0);
    const at = input().dataSync();
    const [byInput, byScale, byShift] = tf.grads((x, scale, shift) =>
      tf.sum(tf.mul(weights, apply(x!, scale as tf.Tensor1D, shift as tf.Tensor1D))) as tf.Scalar
    )([input(), tf.tensor1d(SCALE), tf.tensor1d(SHIFT)]);
    assertGradient(byInput!.dataSync(), (x) => weighted(twin(x)), at, 1e-4);
    assertGradient(byScale!.dataSync(), (x) => weighted(twin(at, x)), SCALE, 1e-4);
    assertGradient(byShift!.dataSync(), (x) => weighted(twin(at, SCALE, x)), SHIFT, 1e-4);
  });
});

Deno.test("groupNorm() gives in a graph what it gives eagerly", () => {
  using program = jit({
    f: graphFunction({ x: { shape: SHAPE, dtype: "float32" } }, ({ x }) => ({ y: apply(x) })),
  });
  tf.tidy(() => {
    assertClose(program.f({ x: input() }).y.dataSync(), apply(input()).dataSync(), 1e-5);
  });
});

Deno.test("groupNorm() keeps its result alone, inside a tidy", () => {
  let y: tf.Tensor;
  assertTensorsKept(1, () => y = tf.tidy(() => apply(input())));
  y!.dispose();
});
