import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { conv2d, deconv3d, deconv3dToOneChannel, dense, linear } from "@/model/layers.ts";
import { constant, type Layer } from "@/model/parameters.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

/** Applies a layer with given values of its parameters. */
function apply<Input extends tf.Tensor, Output extends tf.Tensor>(
  layer: Layer<Input, Output>,
  values: Record<string, tf.Tensor>,
  x: tf.Tensor,
): Output {
  return layer.apply(passOf(layer.parameters, { values }), x as Input);
}

Deno.test("linear() multiplies rows by its weights", () => {
  tf.tidy(() => {
    const layer = linear("name", 2, 3, constant(0));
    const weights = tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
    const y = apply(layer, { "name/weights": weights }, tf.tensor2d([[1, 10], [0, 1]]));
    assert.deepEqual(y.arraySync(), [[41, 52, 63], [4, 5, 6]]);
  });
});

Deno.test("dense() adds a bias, which starts at 0", () => {
  tf.tidy(() => {
    const layer = dense("name", 2, 3, constant(1));
    const x = tf.tensor2d([[1, 10]]);
    assert.deepEqual(apply(layer, {}, x).arraySync(), [[11, 11, 11]]);
    const y = apply(layer, { "name/bias": tf.tensor1d([1, 2, 3]) }, x);
    assert.deepEqual(y.arraySync(), [[12, 13, 14]]);
  });
});

Deno.test("layers declare the shapes of their parameters", () => {
  const shapes = (layer: { parameters: Record<string, { shape: readonly number[] }> }) =>
    Object.fromEntries(Object.entries(layer.parameters).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes(dense("d", 2, 3, constant(0))), { "d/weights": [2, 3], "d/bias": [3] });
  assert.deepEqual(shapes(conv2d("c", 2, 5)), { "c/kernel": [3, 3, 2, 5] });
  assert.deepEqual(shapes(deconv3d("d", 2, 5)), { "d/kernel": [3, 3, 3, 5, 2] });
  assert.deepEqual(shapes(deconv3dToOneChannel("d", 2)), {
    "d/kernel": [3, 3, 3, 1, 2],
    "d/bias": [1],
  });
});

Deno.test("conv2d() halves height and width, rounding up, as a plain loop does", () => {
  tf.tidy(() => {
    const [batch, height, width, inputs, outputs] = [2, 5, 4, 3, 2];
    const x = randomTensor([batch, height, width, inputs], 1);
    const kernel = randomTensor([3, 3, inputs, outputs], 2);
    const y = apply(conv2d("name", inputs, outputs), { "name/kernel": kernel }, x);
    assert.deepEqual(y.shape, [2, 3, 2, 2]);
    const [pixels, taps] = [x.arraySync() as number[][][][], kernel.arraySync() as number[][][][]];
    // SAME with stride 2: an odd length is padded on both sides, an even one behind.
    const expected: number[] = [];
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < 3; h++) {
        for (let w = 0; w < 2; w++) {
          for (let o = 0; o < outputs; o++) {
            let sum = 0;
            for (let i = 0; i < 9 * inputs; i++) {
              const [th, tw, c] = [
                Math.floor(i / 3 / inputs),
                Math.floor(i / inputs) % 3,
                i % inputs,
              ];
              const pixel = pixels[b]![2 * h + th - 1]?.[2 * w + tw]?.[c] ?? 0;
              sum += pixel * taps[th]![tw]![c]![o]!;
            }
            expected.push(sum);
          }
        }
      }
    }
    assertClose(y.dataSync(), expected, 1e-5);
  });
});

const SIZES = { batch: 2, depth: 2, height: 3, width: 4, inputs: 3, outputs: 5 };

/** Scatters every tap: output 2i + k - offset, where it lies inside; `[B, 2D, 2H, 2W, outputs]`. */
function scatter(x: tf.Tensor, kernel: tf.Tensor, offset: number): Float64Array {
  const [batch, depth, height, width] = x.shape as [number, number, number, number];
  const outputs = kernel.shape[3]!;
  const cells = x.arraySync() as number[][][][][];
  const taps = kernel.arraySync() as number[][][][][];
  const result = new Float64Array(batch * depth * height * width * 8 * outputs);
  const isInside = (i: number, length: number) => i >= 0 && i < 2 * length;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < depth * height * width * 27; i++) {
      const [cell, tap] = [Math.floor(i / 27), i % 27];
      const [d, h, w] = [
        Math.floor(cell / width / height),
        Math.floor(cell / width) % height,
        cell % width,
      ];
      const [td, th, tw] = [Math.floor(tap / 9), Math.floor(tap / 3) % 3, tap % 3];
      const [od, oh, ow] = [2 * d + td - offset, 2 * h + th - offset, 2 * w + tw - offset];
      if (!isInside(od, depth) || !isInside(oh, height) || !isInside(ow, width)) continue;
      for (let o = 0; o < outputs; o++) {
        const at = (((b * 2 * depth + od) * 2 * height + oh) * 2 * width + ow) * outputs + o;
        cells[b]![d]![h]![w]!.forEach((value, c) => {
          result[at]! += value * taps[td]![th]![tw]![o]![c]!;
        });
      }
    }
  }
  return result;
}

Deno.test("deconv3d() sends tap k of input i to output 2i + k", () => {
  tf.tidy(() => {
    const { batch, depth, height, width, inputs, outputs } = SIZES;
    const x = randomTensor([batch, depth, height, width, inputs], 1);
    const kernel = randomTensor([3, 3, 3, outputs, inputs], 2);
    const y = apply(deconv3d("name", inputs, outputs), { "name/kernel": kernel }, x);
    assert.deepEqual(y.shape, [2, 4, 6, 8, 5]);
    assertClose(y.dataSync(), scatter(x, kernel, 0), 1e-5);
  });
});

Deno.test("deconv3dToOneChannel() sends tap k of input i to output 2i + k - 1, and adds a bias", () => {
  tf.tidy(() => {
    const { batch, depth, height, width, inputs } = SIZES;
    const x = randomTensor([batch, depth, height, width, inputs], 1);
    const values = {
      "name/kernel": randomTensor([3, 3, 3, 1, inputs], 2),
      "name/bias": tf.tensor1d([7]),
    };
    const y = apply(deconv3dToOneChannel("name", inputs), values, x);
    assert.deepEqual(y.shape, [2, 4, 6, 8]);
    const expected = scatter(x, values["name/kernel"], 1).map((value) => value + 7);
    assertClose(y.dataSync(), expected, 1e-5);
  });
});

Deno.test("deconv3dToOneChannel() is conv3dTranspose cropped at the near side, gradients too", () => {
  tf.tidy(() => {
    const { batch, depth, height, width, inputs } = SIZES;
    const shape = [batch, 2 * depth, 2 * height, 2 * width] as const;
    const layer = deconv3dToOneChannel("name", inputs);
    const weights = randomTensor(shape, 3);
    const taps = (x: tf.Tensor, kernel: tf.Tensor) => apply(layer, { "name/kernel": kernel }, x);
    const transposed = (x: tf.Tensor, kernel: tf.Tensor) => {
      const full = [batch, 2 * depth + 1, 2 * height + 1, 2 * width + 1, 1] as const;
      const y = tf.conv3dTranspose(x as tf.Tensor5D, kernel as tf.Tensor5D, [...full], 2, "valid");
      return tf.slice(y, [0, 1, 1, 1, 0], [...shape, 1]).reshape([...shape]);
    };
    const at = [
      randomTensor([batch, depth, height, width, inputs], 1),
      randomTensor([3, 3, 3, 1, inputs], 2),
    ] as const;
    assertClose(taps(...at).dataSync(), transposed(...at).dataSync(), 1e-5);
    const gradients = (run: (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor) =>
      tf.grads((x, kernel) => tf.sum(tf.mul(weights, run(x!, kernel!))) as tf.Scalar)([...at]);
    const [got, expected] = [gradients(taps), gradients(transposed)];
    assertClose(got[0]!.dataSync(), expected[0]!.dataSync(), 1e-4);
    assertClose(got[1]!.dataSync(), expected[1]!.dataSync(), 1e-4);
  });
});

Deno.test("deconv3d() and deconv3dToOneChannel() move a shape by half a cell only", () => {
  tf.tidy(() => {
    // A single input cell of one, in the middle of three, through kernels of ones.
    const x = tf.oneHot(tf.tensor1d([13], "int32"), 27).cast("float32").reshape([1, 3, 3, 3, 1]);
    const ones = { "name/kernel": tf.ones([3, 3, 3, 1, 1]) };
    const medium = apply(deconv3d("name", 1, 1), ones, x);
    const fine = apply(deconv3dToOneChannel("name", 1), ones, medium);
    const alongDepth = [...tf.sum(fine, [0, 2, 3]).dataSync()]; // 12 cells, the middle is 5.5
    const mass = alongDepth.reduce((sum, value) => sum + value, 0);
    const centre = alongDepth.reduce((sum, value, d) => sum + d * value, 0) / mass;
    // Input 1 reaches 2, 3, 4 of six, centre 3 (not 2.5); from there 2i + k - 1: centre 2 * 3 = 6.
    // With the far side cropped both times it would be 7.
    assertClose([centre], [6], 1e-5);
  });
});

Deno.test("layers give in a graph what they give eagerly", () => {
  const layers = {
    conv: conv2d("conv", 3, 5),
    deconv: deconv3d("deconv", 3, 2),
    last: deconv3dToOneChannel("last", 3),
  };
  const f = graphFunction({
    images: { shape: [2, 5, 4, 3], dtype: "float32" },
    grids: { shape: [2, 2, 4, 3, 3], dtype: "float32" },
  }, ({ images, grids }) => ({
    conv: apply(layers.conv, {}, images),
    deconv: apply(layers.deconv, {}, grids),
    last: apply(layers.last, {}, grids),
  }));
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const feeds = {
      images: randomTensor([2, 5, 4, 3], 1),
      grids: randomTensor([2, 2, 4, 3, 3], 2),
    };
    const [expected, got] = [eager.f(feeds), traced.f(feeds)];
    for (const name of ["conv", "deconv", "last"] as const) {
      assertClose(got[name].dataSync(), expected[name].dataSync(), 1e-6);
    }
  });
});

Deno.test("layers keep their results alone, inside a tidy", () => {
  const layer = deconv3dToOneChannel("name", 2);
  let y: tf.Tensor;
  assertTensorsKept(1, () => y = tf.tidy(() => apply(layer, {}, tf.ones([1, 2, 2, 2, 2]))));
  y!.dispose();
});
