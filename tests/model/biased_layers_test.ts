import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { elementCount } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { affine, conv3d, doublingDeconv3d, halvingConv2d } from "@/model/biased_layers.ts";
import { constant, initialValues, type Layer, type Parameters } from "@/model/parameters.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

/** Which inputs reach which outputs along one axis, and by which taps: `[input, output, tap]`. */
type Taps = [number, number, number][];

/** Each output of a convolution reads the inputs from one before it on. */
function tapsOf(length: number, stride: number, taps: number): Taps {
  return Array.from({ length: length / stride * taps }, (_, i): [number, number, number] => {
    const [output, tap] = [Math.floor(i / taps), i % taps];
    return [stride * output + tap - 1, output, tap];
  }).filter(([input]) => input >= 0 && input < length);
}

const transposed = (taps: Taps): Taps => taps.map(([input, output, tap]) => [output, input, tap]);

/** One layer beside its twin, which takes and gives numbers of `[B, ..., channels]`. */
interface Case {
  readonly layer: Layer<tf.Tensor, tf.Tensor>;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly twin: (x: ArrayLike<number>, k: ArrayLike<number>, b: ArrayLike<number>) => number[];
}

/** A convolution over three axes, one of which may have one place, in plain loops. */
function convolutionTwin(
  axes: readonly [Taps, Taps, Taps],
  { input, output, isTransposed }: {
    input: readonly number[];
    output: readonly number[];
    isTransposed: boolean;
  },
): Case["twin"] {
  const at = (shape: readonly number[], ...index: number[]) =>
    index.reduce((place, i, axis) => place * shape[axis]! + i, 0);
  const [inputs, outputs] = [input.at(-1)!, output.at(-1)!];
  const counts = axes.map((taps) => Math.max(...taps.map(([, , tap]) => tap)) + 1);
  const kernelShape = [...counts, ...isTransposed ? [outputs, inputs] : [inputs, outputs]];
  return (x, kernel, bias) => {
    const y = Array.from({ length: elementCount(output) }, (_, i) => bias[i % outputs]!);
    for (let b = 0; b < input[0]!; b++) {
      for (const [fromD, toD, tapD] of axes[0]) {
        for (const [fromH, toH, tapH] of axes[1]) {
          for (const [fromW, toW, tapW] of axes[2]) {
            for (let i = 0; i < inputs * outputs; i++) {
              const [from, to] = [Math.floor(i / outputs), i % outputs];
              const ends = isTransposed ? [to, from] : [from, to];
              y[at(output, b, toD, toH, toW, to)]! += x[at(input, b, fromD, fromH, fromW, from)]! *
                kernel[at(kernelShape, tapD, tapH, tapW, ...ends)]!;
            }
          }
        }
      }
    }
    return y;
  };
}

function cases(): Record<string, Case> {
  const flat: Taps = [[0, 0, 0]];
  const halved = { input: [2, 1, 6, 8, 3], output: [2, 1, 3, 4, 5] };
  const doubled = { input: [2, 1, 3, 4, 3], output: [2, 2, 6, 8, 5] };
  const same = { input: [2, 3, 4, 5, 2], output: [2, 3, 4, 5, 6] };
  const without = ([batch, , ...others]: readonly number[]) => [batch!, ...others];
  return {
    "halvingConv2d()": {
      layer: halvingConv2d("name", 3, 5) as unknown as Case["layer"],
      input: without(halved.input),
      output: without(halved.output),
      kernel: [4, 4, 3, 5],
      twin: convolutionTwin([flat, tapsOf(6, 2, 4), tapsOf(8, 2, 4)], {
        ...halved,
        isTransposed: false,
      }),
    },
    "doublingDeconv3d()": {
      layer: doublingDeconv3d("name", 3, 5) as unknown as Case["layer"],
      ...doubled,
      kernel: [4, 4, 4, 5, 3],
      twin: convolutionTwin([
        transposed(tapsOf(2, 2, 4)),
        transposed(tapsOf(6, 2, 4)),
        transposed(tapsOf(8, 2, 4)),
      ], { ...doubled, isTransposed: true }),
    },
    "conv3d()": {
      layer: conv3d("name", 2, 6) as unknown as Case["layer"],
      ...same,
      kernel: [3, 3, 3, 2, 6],
      twin: convolutionTwin([tapsOf(3, 1, 3), tapsOf(4, 1, 3), tapsOf(5, 1, 3)], {
        ...same,
        isTransposed: false,
      }),
    },
    "affine()": {
      layer: affine("name", 3, 4) as unknown as Case["layer"],
      input: [2, 3],
      output: [2, 4],
      kernel: [3, 4],
      twin: (x, k, bias) =>
        Array.from({ length: 8 }, (_, i) => {
          const [row, column] = [Math.floor(i / 4), i % 4];
          return [0, 1, 2].reduce(
            (sum, c) => sum + x[3 * row + c]! * k[4 * c + column]!,
            bias[column]!,
          );
        }),
    },
  };
}

/** Applies a layer to an input, a kernel and a bias. */
function apply({ layer }: Case, x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [kernelName, biasName] = Object.keys(layer.parameters) as [string, string];
  const values = { [kernelName]: kernel, [biasName]: bias };
  return layer.apply(passOf(layer.parameters, { values }), x);
}

const valuesOf = ({ input, kernel, output }: Case) =>
  [
    randomTensor(input, 1),
    randomTensor(kernel, 2),
    randomTensor([output.at(-1)!], 3),
  ] as const;

for (const [name, each] of Object.entries(cases())) {
  Deno.test(`${name} gives what plain loops give in float64`, () => {
    tf.tidy(() => {
      const [x, kernel, bias] = valuesOf(each);
      const y = apply(each, x, kernel, bias);
      assert.deepEqual(y.shape, [...each.output]);
      const expected = each.twin(x.dataSync(), kernel.dataSync(), bias.dataSync());
      assertClose(y.dataSync(), expected, 1e-5);
    });
  });

  Deno.test(`${name} has the gradients finite differences give`, () => {
    tf.tidy(() => {
      const inputs = valuesOf(each);
      const weights = randomTensor(each.output, 4);
      const weightValues = weights.dataSync();
      const gradients = tf.grads((x, kernel, bias) =>
        tf.sum(tf.mul(weights, apply(each, x!, kernel!, bias!))) as tf.Scalar
      )([...inputs]);
      const numbers = inputs.map((tensor) => tensor.dataSync());
      for (const [i, gradient] of gradients.entries()) {
        const weighted = (changed: ArrayLike<number>) => {
          const [x, kernel, bias] = numbers.map((values, j) => i === j ? changed : values);
          return each.twin(x!, kernel!, bias!)
            .reduce((sum, value, place) => sum + weightValues[place]! * value, 0);
        };
        assertGradient(gradient.dataSync(), weighted, numbers[i]!, 1e-4);
      }
    });
  });

  Deno.test(`${name} declares a kernel and a bias of their sizes, both trained`, () => {
    const { layer: { parameters }, kernel, output } = each;
    const shapes = Object.values(parameters).map(({ shape }) => shape);
    assert.deepEqual(shapes, [kernel, [output.at(-1)]]);
    assert.ok(Object.values(parameters).every(({ isTrained }) => isTrained));
  });

  Deno.test(`${name} gives in a graph what it gives eagerly, and keeps its result alone`, () => {
    const f = graphFunction({ x: { shape: [...each.input], dtype: "float32" } }, ({ x }) => {
      const [, kernel, bias] = valuesOf(each);
      return { y: apply(each, x, kernel, bias) };
    });
    using eager = jit({ f }, { eager: true });
    using traced = jit({ f });
    tf.tidy(() => {
      const x = randomTensor(each.input, 1);
      assertClose(traced.f({ x }).y.dataSync(), eager.f({ x }).y.dataSync(), 1e-5);
    });
    let y: tf.Tensor;
    assertTensorsKept(1, () => y = tf.tidy(() => apply(each, ...valuesOf(each))));
    y!.dispose();
  });
}

Deno.test("halvingConv2d() pads one pixel on each side, by hand", () => {
  tf.tidy(() => {
    const layer = halvingConv2d("name", 1, 1);
    const run = (x: tf.Tensor, kernel: tf.Tensor) =>
      layer.apply(
        passOf(layer.parameters, {
          values: { "name/kernel": kernel, "name/bias": tf.tensor1d([0.5]) },
        }),
        x as tf.Tensor4D,
      ).dataSync();
    // A kernel of ones counts the pixels that it sees: of four by four, a corner sees three by three.
    const counts = run(tf.ones([1, 4, 4, 1]), tf.ones([4, 4, 1, 1]));
    assertClose(counts, [9.5, 9.5, 9.5, 9.5], 1e-6);
    // Pixels 1 to 16 under the first tap alone: outputs read at (-1, -1), (-1, 1), (1, -1), (1, 1).
    const first = tf.oneHot(tf.tensor1d([0], "int32"), 16).cast("float32").reshape([4, 4, 1, 1]);
    const pixels = tf.range(1, 17).reshape([1, 4, 4, 1]);
    assertClose(run(pixels, first), [0.5, 0.5, 0.5, 6.5], 1e-6);
  });
});

Deno.test("doublingDeconv3d() is the transpose of a convolution 4x4x4 of stride 2", () => {
  tf.tidy(() => {
    const layer = doublingDeconv3d("name", 3, 5);
    const kernel = randomTensor([4, 4, 4, 5, 3], 1) as tf.Tensor5D;
    const [coarse, fine] = [
      randomTensor([2, 1, 3, 4, 3], 2) as tf.Tensor5D,
      randomTensor([2, 2, 6, 8, 5], 3) as tf.Tensor5D,
    ];
    const values = { "name/kernel": kernel, "name/bias": tf.zeros([5]) };
    const up = layer.apply(passOf(layer.parameters, { values }), coarse);
    const down = tf.conv3d(fine, kernel, 2, "same");
    const products = [tf.mul(up, fine), tf.mul(coarse, down)].map((x) => tf.sum(x).dataSync()[0]!);
    assertClose([products[0]!], [products[1]!], 1e-4 * Math.abs(products[1]!) + 1e-4);
  });
});

/** Asserts that values are spread over (-limit, limit). */
function assertUniform(parameters: Parameters, limits: Readonly<Record<string, number>>): void {
  for (const [name, { values }] of Object.entries(initialValues(parameters, 1))) {
    const [limit, largest] = [limits[name]!, Math.max(...values.map(Math.abs))];
    assert.ok(largest <= limit, `${name}: ${largest} of ${limit}`);
    // Of n values the largest is about a share 1 / n below the limit.
    assert.ok(largest > limit * (1 - 8 / values.length), `${name}: ${largest} of ${limit}`);
  }
}

Deno.test("biased layers start uniform by their fan-in, as PyTorch's do", () => {
  const limits = (fanIn: number, kernel = "kernel") => ({
    [`name/${kernel}`]: 1 / Math.sqrt(fanIn),
    "name/bias": 1 / Math.sqrt(fanIn),
  });
  assertUniform(halvingConv2d("name", 3, 40).parameters, limits(16 * 3));
  // Of a transposed convolution PyTorch counts the outputs.
  assertUniform(doublingDeconv3d("name", 3, 40).parameters, limits(64 * 40));
  assertUniform(conv3d("name", 3, 40).parameters, limits(27 * 3));
  assertUniform(affine("name", 3, 40).parameters, limits(3, "weights"));
});

Deno.test("conv3d() and affine() start where they are told to", () => {
  const conv = initialValues(conv3d("name", 2, 3, constant(-4)).parameters, 1);
  assert.deepEqual([...conv["name/bias"]!.values], [-4, -4, -4]);
  const start = { weights: constant(7), bias: constant(8) };
  const dense = initialValues(affine("name", 2, 3, start).parameters, 1);
  assert.deepEqual([...dense["name/weights"]!.values], new Array(6).fill(7));
  assert.deepEqual([...dense["name/bias"]!.values], [8, 8, 8]);
});
