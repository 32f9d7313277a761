import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";

/** Gives `count` numbers in [-1, 1], none near 0, where some functions have a kink. */
function numbers(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const value = random.uniform(0.05, 1);
    return random.integer(2) === 0 ? value : -value;
  });
}

const weightOf = (i: number) => Math.cos(2 * i + 1);

/** The gradient of a sum of results, each with a weight of its own. */
function gradientOf(run: (x: tf.Tensor) => tf.Tensor, at: Float32Array): Float32Array {
  return tf.tidy(() => {
    const weights = tf.tensor1d(Float32Array.from(at, (_, i) => weightOf(i)));
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(weights, run(x))) as tf.Scalar;
    return tf.grad(loss)(tf.tensor1d(at)).dataSync() as Float32Array;
  });
}

/** Functions of one number, as tfjs has them and in float64. */
const FUNCTIONS: Record<string, [(x: tf.Tensor) => tf.Tensor, (x: number) => number]> = {
  "leakyRelu, slope .2": [(x) => tf.leakyRelu(x, 0.2), (x) => x > 0 ? x : 0.2 * x],
  "leakyRelu, slope .7": [(x) => tf.leakyRelu(x, 0.7), (x) => x > 0 ? x : 0.7 * x],
  relu: [(x) => tf.relu(x), (x) => Math.max(0, x)],
  sigmoid: [(x) => tf.sigmoid(x), (x) => 1 / (1 + Math.exp(-x))],
  abs: [(x) => tf.abs(x), Math.abs],
};

for (const [name, [run, twin]] of Object.entries(FUNCTIONS)) {
  Deno.test(`the gradient of ${name} is the one that differences give`, () => {
    const at = numbers(20, 1);
    const sum = (x: Float64Array) =>
      x.reduce((sum, value, i) => sum + weightOf(i) * twin(value), 0);
    assertGradient(gradientOf(run, at), sum, at, 1e-5);
  });
}

Deno.test("the gradients of relu, leakyRelu and abs are finite at 0", () => {
  const at = Float32Array.of(0);
  assertClose(gradientOf((x) => tf.relu(x), at), [0], 0);
  assertClose(gradientOf((x) => tf.leakyRelu(x, 0.2), at), [0.2 * weightOf(0)], 1e-6);
  assertClose(gradientOf((x) => tf.abs(x), at), [0], 0);
});

/** Ways to add up `[2, 3, 4]`, and how many numbers come out. */
const AXES: readonly [number | number[] | undefined, number][] = [
  [undefined, 1],
  [1, 8],
  [-1, 6],
  [[0, 2], 3],
  [[0, 1, 2], 1],
];

for (const name of ["sum", "mean"] as const) {
  Deno.test(`the gradient of ${name} is the one that differences give, along any axes`, () => {
    const at = numbers(24, 3);
    for (const [axis, results] of AXES) {
      for (const keepsAxes of [false, true]) {
        tf.tidy(() => {
          const weights = tf.tensor1d(
            Float32Array.from({ length: results }, (_, i) => weightOf(i)),
          );
          const loss = (x: tf.Tensor) => {
            const added = tf[name](x.reshape([2, 3, 4]), axis, keepsAxes).reshape([results]);
            return tf.sum(tf.mul(weights, added)) as tf.Scalar;
          };
          const twin = (x: Float64Array) => {
            const axes = (axis === undefined ? [0, 1, 2] : [axis].flat()).map((a) => (a + 3) % 3);
            return x.reduce((sum, value, i) => {
              const place = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
              const result = place.reduce(
                (at, k, a) => axes.includes(a) ? at : at * [2, 3, 4][a]! + k,
                0,
              );
              return sum + weightOf(result) * value / (name === "sum" ? 1 : 24 / results);
            }, 0);
          };
          assertGradient(tf.grad(loss)(tf.tensor1d(at)).dataSync(), twin, at, 1e-5);
        });
      }
    }
  });
}

Deno.test("the gradients of sums and means of a single number are 1", () => {
  tf.tidy(() => {
    const both = (x: tf.Tensor) => tf.add(tf.sum(x), tf.mean(x)) as tf.Scalar;
    assertClose(tf.grad(both)(tf.scalar(3)).dataSync(), [2], 0);
  });
});

/** Sizes of a transposed convolution; the output's follow from the padding. */
interface Deconvolution {
  readonly input: readonly [number, number, number, number, number];
  readonly kernel: readonly [number, number, number, number, number];
  readonly stride: number;
  readonly pad: "same" | "valid";
}

const product = (lengths: readonly number[]) => lengths.reduce((all, length) => all * length, 1);

function outputShape({ input, kernel, stride, pad }: Deconvolution) {
  const grown = (n: number, k: number) => pad === "same" ? stride * n : stride * (n - 1) + k;
  const [batch, depth, height, width] = input;
  return [
    batch,
    grown(depth, kernel[0]),
    grown(height, kernel[1]),
    grown(width, kernel[2]),
    kernel[3],
  ] as [number, number, number, number, number];
}

/** The weighted sum of a transposed convolution's results: every tap scattered, in float64. */
function deconvolutionSum(sizes: Deconvolution, x: ArrayLike<number>, w: ArrayLike<number>) {
  const { input: [batch, depth, height, width, inputs], kernel, stride, pad } = sizes;
  const [kd, kh, kw, outputs] = kernel;
  const [, D, H, W] = outputShape(sizes);
  // SAME pads the convolution that this is the transpose of by k - stride, the smaller half in front.
  const crop = (k: number) => pad === "same" ? Math.floor(Math.max(k - stride, 0) / 2) : 0;
  let sum = 0;
  let cell = 0; // b, d, h, w in order
  for (let b = 0; b < batch; b++) {
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        for (let v = 0; v < width; v++, cell++) {
          let tap = 0; // td, th, tw in order
          for (let td = 0; td < kd; td++) {
            for (let th = 0; th < kh; th++) {
              for (let tw = 0; tw < kw; tw++, tap++) {
                const od = stride * d + td - crop(kd);
                const oh = stride * h + th - crop(kh);
                const ow = stride * v + tw - crop(kw);
                if (od < 0 || od >= D || oh < 0 || oh >= H || ow < 0 || ow >= W) continue;
                for (let o = 0; o < outputs; o++) {
                  const weight = weightOf((((b * D + od) * H + oh) * W + ow) * outputs + o);
                  for (let i = 0; i < inputs; i++) {
                    sum += weight * x[cell * inputs + i]! * w[(tap * outputs + o) * inputs + i]!;
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return sum;
}

const DECONVOLUTIONS: Record<string, Deconvolution> = {
  "the decoder's": { input: [2, 1, 2, 3, 2], kernel: [3, 3, 3, 2, 2], stride: 2, pad: "same" },
  "valid padding": { input: [1, 2, 1, 3, 2], kernel: [3, 2, 3, 1, 2], stride: 2, pad: "valid" },
  "stride 1": { input: [1, 2, 3, 2, 1], kernel: [3, 3, 3, 2, 1], stride: 1, pad: "same" },
};

for (const [name, sizes] of Object.entries(DECONVOLUTIONS)) {
  Deno.test(`the gradients of conv3dTranspose are those of differences: ${name}`, () => {
    const x = numbers(product(sizes.input), 2);
    const w = numbers(product(sizes.kernel), 3);
    const shape = outputShape(sizes);
    tf.tidy(() => {
      const weights = tf.tensor5d(
        Float32Array.from({ length: product(shape) }, (_, i) => weightOf(i)),
        shape,
      );
      const loss = (input: tf.Tensor, kernel: tf.Tensor) => {
        const deconvolution = tf.conv3dTranspose(
          input as tf.Tensor5D,
          kernel as tf.Tensor5D,
          shape,
          sizes.stride,
          sizes.pad,
        );
        return tf.sum(tf.mul(weights, deconvolution)) as tf.Scalar;
      };
      const [byInput, byKernel] = tf.grads(loss)([
        tf.tensor5d(x, [...sizes.input]),
        tf.tensor5d(w, [...sizes.kernel]),
      ]);
      assertGradient(byInput!.dataSync(), (at) => deconvolutionSum(sizes, at, w), x, 1e-5);
      assertGradient(byKernel!.dataSync(), (at) => deconvolutionSum(sizes, x, at), w, 1e-5);
    });
  });
}

Deno.test("the gradients keep their results alone", () => {
  const x = tf.ones([1, 2, 2, 2, 1]) as tf.Tensor5D;
  const w = tf.ones([3, 3, 3, 1, 1]) as tf.Tensor5D;
  let gradients: tf.Tensor[] = [];
  assertTensorsKept(2, () => {
    gradients = tf.grads((input, kernel) => {
      const y = tf.conv3dTranspose(
        input as tf.Tensor5D,
        kernel as tf.Tensor5D,
        [1, 4, 4, 4, 1],
        2,
        "same",
      );
      return tf.sum(tf.sigmoid(tf.relu(tf.leakyRelu(tf.abs(y), 0.2))));
    })([x, w]);
  });
  tf.dispose([x, w, gradients]);
});
