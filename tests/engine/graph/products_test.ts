import assert from "node:assert/strict";
import { graphFunction, jit, type TensorSpec } from "@/engine/graph/jit.ts";
import { withProducts } from "@/engine/graph/products.ts";
import { record } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";

/** Records a function as `f` and gives the operations of its graph once they are products. */
function opsOf(
  shapes: Record<string, number[]>,
  run: (feeds: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
): string[] {
  const recorder = new Recorder();
  tf.tidy(() => {
    const feeds = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, tf.zeros(shape)]),
    );
    record(recorder, "f", feeds, () => run(feeds));
  });
  return withProducts(recorder).nodes.map(({ op }) => op);
}

/** A value and both gradients of a convolution. */
const withGradients = (
  convolve: (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor,
  inputs: Record<"x" | "kernel", TensorSpec>,
) =>
  graphFunction(inputs, ({ x, kernel }) => {
    const square = (x: tf.Tensor, kernel: tf.Tensor) =>
      tf.sum(tf.square(convolve(x, kernel))) as tf.Scalar;
    const [dx, dKernel] = tf.grads((x, kernel) => square(x!, kernel!))([x, kernel]);
    return { y: convolve(x, kernel), dx: dx!, dKernel: dKernel! };
  });

const conv2d = (x: tf.Tensor, kernel: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 2, "same");

function deconv2d(x: tf.Tensor, kernel: tf.Tensor) {
  const [batch, h, w] = x.shape as [number, number, number];
  const shape: tf.Tensor4D["shape"] = [batch, 2 * h, 2 * w - 1, kernel.shape[2]!];
  return tf.conv2dTranspose(x as tf.Tensor4D, kernel as tf.Tensor4D, shape, 2, "same");
}

const CASES = [
  { name: "a convolution of even sides", convolve: conv2d, x: [2, 8, 4, 3], kernel: [3, 3, 3, 5] },
  { name: "a convolution of odd sides", convolve: conv2d, x: [2, 7, 5, 3], kernel: [3, 3, 3, 5] },
  {
    name: "a transposed convolution to an even and an odd side",
    convolve: deconv2d,
    x: [2, 3, 4, 5],
    kernel: [3, 3, 2, 5],
  },
  { name: "four taps on even sides", convolve: conv2d, x: [2, 8, 4, 3], kernel: [4, 4, 3, 5] },
  { name: "four taps on odd sides", convolve: conv2d, x: [2, 7, 5, 3], kernel: [4, 4, 3, 5] },
  {
    name: "four transposed taps to an even and an odd side",
    convolve: deconv2d,
    x: [2, 3, 4, 5],
    kernel: [4, 4, 2, 5],
  },
];

for (const { name, convolve, x, kernel } of CASES) {
  Deno.test(`withProducts() leaves the values and gradients of ${name} as they are`, () => {
    const random = createRandom(1);
    const draw = (shape: number[]) =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform(-1, 1)),
        shape,
      );
    const specs = {
      x: { shape: x, dtype: "float32" as const },
      kernel: { shape: kernel, dtype: "float32" as const },
    };
    const run = (useXla: boolean) => {
      using program = jit({ f: withGradients(convolve, specs) }, { useXla });
      return tf.tidy(() => Object.values(program.f(feeds)).map((tensor) => [...tensor.dataSync()]));
    };
    const feeds = { x: draw(x), kernel: draw(kernel) };
    const [products, plain] = [run(true), run(false)];
    for (const [i, values] of plain.entries()) assertClose(products[i]!, values, 1e-3);
    tf.dispose(feeds);
  });
}

Deno.test("withProducts() leaves no convolution of three or four taps and stride 2", () => {
  for (const { convolve, x, kernel } of CASES) {
    const specs = {
      x: { shape: x, dtype: "float32" },
      kernel: { shape: kernel, dtype: "float32" },
    };
    const { run } = withGradients(convolve, specs as Record<"x" | "kernel", TensorSpec>);
    const ops = opsOf({ x, kernel }, run as Parameters<typeof opsOf>[1]);
    assert.deepEqual(ops.filter((op) => op.startsWith("Conv")), []);
  }
});

Deno.test("withProducts() leaves other kernels, strides and paddings alone", () => {
  const shapes = { x: [1, 8, 8, 2], three: [3, 3, 2, 2], mixed: [4, 3, 2, 2] };
  const ops = opsOf(shapes, (feeds) => {
    const { x, three, mixed } = feeds as Record<string, tf.Tensor4D>;
    return {
      wide: tf.conv2d(x!, mixed!, 2, "same"),
      still: tf.conv2d(x!, three!, 1, "same"),
      valid: tf.conv2d(x!, three!, 2, "valid"),
    };
  });
  assert.equal(ops.filter((op) => op === "Conv2D").length, 3);
});
