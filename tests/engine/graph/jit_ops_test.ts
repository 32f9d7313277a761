/** Every operation that this project uses gives the same in a graph as op by op, gradients too. */
import assert from "node:assert/strict";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import {
  type GraphFunction,
  graphFunction,
  jit,
  type Program,
  type TensorSpec,
} from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";

/** An operation, the shapes of its inputs (in [-1, 1] unless `low` says otherwise), what it does. */
interface Row {
  readonly op: string;
  readonly shapes: readonly (readonly number[])[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Least value of the inputs. */
  readonly low?: number;
  /** Where tfjs has no gradient, or nothing flows. */
  readonly hasGradient?: false;
}

const grid = [2, 4, 3, 5, 2]; // B, D, H, W, C: no two axes that could be swapped agree in all tests
const x5 = (x: tf.Tensor) => x as tf.Tensor5D;
const x4 = (x: tf.Tensor) => x as tf.Tensor4D;

const ROWS: readonly Row[] = [
  { op: "add, broadcast", shapes: [[2, 3], [3]], run: (a, b) => tf.add(a!, b!) },
  { op: "sub", shapes: [[2, 3], [2, 1]], run: (a, b) => tf.sub(a!, b!) },
  { op: "mul", shapes: [[2, 3], []], run: (a, b) => tf.mul(a!, b!) },
  { op: "div", shapes: [[2, 3], [3]], low: 0.5, run: (a, b) => tf.div(a!, b!) },
  { op: "neg", shapes: [[2, 3]], run: (a) => tf.neg(a!) },
  { op: "addN", shapes: [[2, 3], [2, 3]], run: (a, b) => tf.addN([a!, b!, a!]) },
  { op: "matMul", shapes: [[2, 3], [3, 4]], run: (a, b) => tf.matMul(a!, b!) },
  { op: "matMul, left turned", shapes: [[3, 2], [3, 4]], run: (a, b) => tf.matMul(a!, b!, true) },
  {
    op: "matMul, right turned",
    shapes: [[2, 3], [4, 3]],
    run: (a, b) => tf.matMul(a!, b!, false, true),
  },
  {
    op: "matMul, both turned, in batches",
    shapes: [[5, 3, 2], [5, 4, 3]],
    run: (a, b) => tf.matMul(a!, b!, true, true),
  },
  {
    op: "conv2d",
    shapes: [[2, 5, 6, 3], [3, 3, 3, 4]],
    run: (x, w) => tf.conv2d(x4(x!), x4(w!), 2, "same"),
  },
  {
    op: "conv3d",
    shapes: [grid, [2, 2, 2, 2, 3]],
    run: (x, w) => tf.conv3d(x5(x!), x5(w!), 1, "same"),
  },
  {
    op: "conv3dTranspose",
    shapes: [grid, [3, 3, 3, 3, 2]],
    run: (x, w) => tf.conv3dTranspose(x5(x!), x5(w!), [2, 8, 6, 10, 3], 2, "same"),
  },
  { op: "leakyRelu", shapes: [[2, 3]], run: (x) => tf.leakyRelu(x!, 0.2) },
  { op: "relu", shapes: [[2, 3]], run: (x) => tf.relu(x!) },
  { op: "sigmoid", shapes: [[2, 3]], run: (x) => tf.sigmoid(x!) },
  { op: "tanh", shapes: [[2, 3]], run: (x) => tf.tanh(x!) },
  { op: "exp", shapes: [[2, 3]], run: (x) => tf.exp(x!) },
  { op: "log", shapes: [[2, 3]], low: 0.1, run: (x) => tf.log(x!) },
  { op: "abs", shapes: [[2, 3]], run: (x) => tf.abs(x!) },
  { op: "sign", shapes: [[2, 3]], run: (x) => tf.sign(x!), hasGradient: false },
  { op: "square", shapes: [[2, 3]], run: (x) => tf.square(x!) },
  { op: "sqrt", shapes: [[2, 3]], low: 0.1, run: (x) => tf.sqrt(x!) },
  { op: "rsqrt", shapes: [[2, 3]], low: 0.1, run: (x) => tf.rsqrt(x!) },
  { op: "pow", shapes: [[2, 3], []], low: 0.1, run: (x, y) => tf.pow(x!, y!) },
  { op: "sin", shapes: [[2, 3]], run: (x) => tf.sin(x!) },
  { op: "cos", shapes: [[2, 3]], run: (x) => tf.cos(x!) },
  { op: "atan2", shapes: [[2, 3], [2, 3]], run: (y, x) => tf.atan2(y!, x!) },
  { op: "maximum", shapes: [[2, 3], [2, 3]], run: (a, b) => tf.maximum(a!, b!) },
  { op: "minimum", shapes: [[2, 3], [2, 3]], run: (a, b) => tf.minimum(a!, b!) },
  { op: "clipByValue", shapes: [[2, 3]], run: (x) => tf.clipByValue(x!, -0.5, 0.5) },
  {
    op: "squaredDifference",
    shapes: [[2, 3], [2, 3]],
    run: (a, b) => tf.squaredDifference(a!, b!),
  },
  { op: "sum of all", shapes: [[2, 3, 4]], run: (x) => tf.sum(x!) },
  { op: "sum over axes", shapes: [[2, 3, 4]], run: (x) => tf.sum(x!, [0, 2]) },
  { op: "sum, axis kept", shapes: [[2, 3, 4]], run: (x) => tf.sum(x!, 1, true) },
  { op: "mean of all", shapes: [[2, 3, 4]], run: (x) => tf.mean(x!) },
  { op: "mean over an axis", shapes: [[2, 3, 4]], run: (x) => tf.mean(x!, 0) },
  { op: "max over an axis", shapes: [[2, 3, 4]], run: (x) => tf.max(x!, 1) },
  { op: "argMax", shapes: [[2, 3, 4]], run: (x) => tf.argMax(x!, 1), hasGradient: false },
  { op: "reshape", shapes: [[2, 3, 4]], run: (x) => x!.reshape([4, 6]) },
  { op: "transpose", shapes: [[2, 3, 4]], run: (x) => tf.transpose(x!, [2, 0, 1]) },
  { op: "slice", shapes: [[2, 3, 4]], run: (x) => tf.slice(x!, [0, 1, 1], [2, 2, 3]) },
  { op: "tile", shapes: [[2, 3]], run: (x) => tf.tile(x!, [2, 3]) },
  { op: "pad", shapes: [[2, 3]], run: (x) => tf.pad(x!, [[1, 0], [2, 1]]) },
  { op: "concat", shapes: [[2, 3], [2, 1]], run: (a, b) => tf.concat([a!, b!], 1) },
  { op: "stack", shapes: [[2, 3], [2, 3]], run: (a, b) => tf.stack([a!, b!], 1) },
  { op: "unstack", shapes: [[2, 3]], run: (x) => tf.unstack(x!, 1)[2]! },
  { op: "expandDims", shapes: [[2, 3]], run: (x) => tf.expandDims(x!, 1) },
  { op: "squeeze", shapes: [[2, 1, 3]], run: (x) => tf.squeeze(x!) },
  { op: "gather", shapes: [[4, 3]], run: (x) => tf.gather(x!, tf.tensor1d([3, 1], "int32")) },
  { op: "cast there and back", shapes: [[2, 3]], run: (x) => x!.cast("int32").cast("float32") },
  { op: "greater", shapes: [[2, 3], [3]], run: (a, b) => tf.greater(a!, b!), hasGradient: false },
  {
    op: "expandDims of a comparison",
    shapes: [[2, 3], [3]],
    run: (a, b) => tf.expandDims(tf.greater(a!, b!), 0),
    hasGradient: false,
  },
  {
    op: "where",
    shapes: [[2, 3], [2, 3]],
    run: (a, b) => tf.where(tf.tensor2d([1, 0, 1, 0, 0, 1], [2, 3], "bool"), a!, b!),
  },
  { op: "fill", shapes: [[2, 3]], run: (x) => tf.mul(x!, tf.fill([2, 3], 2.5)) },
  { op: "zeros", shapes: [[2, 3]], run: (x) => tf.add(x!, tf.zeros([2, 3])) },
  { op: "ones", shapes: [[2, 3]], run: (x) => tf.mul(x!, tf.ones([2, 3])) },
  { op: "zerosLike", shapes: [[2, 3]], run: (x) => tf.sub(tf.zerosLike(x!), x!) },
  { op: "onesLike", shapes: [[2, 3]], run: (x) => tf.sub(tf.onesLike(x!), x!) },
  { op: "cumsum along the last axis", shapes: [[2, 3]], run: (x) => tf.cumsum(x!, 1) },
  { op: "identity", shapes: [[2, 3]], run: (x) => tf.clone(x!) },
  {
    op: "batch norm, running moments",
    shapes: [[2, 3, 4, 5], [5], [5], [5], [5]],
    low: 0.5,
    run: (x, mean, variance, shift, scale) =>
      tf.batchNorm4d(
        x4(x!),
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        shift as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
  },
  {
    op: "moments",
    shapes: [[2, 3, 4]],
    run: (x) => {
      const { mean, variance } = tf.moments(x!, [0, 1]);
      return tf.concat([mean, variance]);
    },
  },
  {
    op: "stateless normal",
    shapes: [[2]],
    run: (x) => statelessNormal([4, 3], tf.sign(x!).cast("int32"), 2),
    hasGradient: false,
  },
];

/** Gives the same numbers in [low, 1] for the same input of the same operation. */
function valuesOf({ low = -1 }: Row, shape: readonly number[], which: number): tf.Tensor {
  const random = createRandom(which + 1);
  const count = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: count }, () => random.uniform(low, 1));
  return tf.tensor(values, [...shape]);
}

type Calls = Program<{ f: GraphFunction }>;

/** A row as a function with the gradient of each input; `prepare` is applied to the inputs first. */
function functionOf(
  { shapes, run, hasGradient }: Row,
  prepare: (input: tf.Tensor) => tf.Tensor = (input) => input,
): GraphFunction {
  const names = shapes.map((_, i) => `input${i}`);
  const specs: Record<string, TensorSpec> = Object.fromEntries(
    shapes.map((shape, i) => [names[i]!, { shape, dtype: "float32" }]),
  );
  return graphFunction(specs, (feeds) => {
    const inputs = names.map((name) => feeds[name]!);
    const prepared = (...at: tf.Tensor[]) => run(...at.map(prepare));
    const outputs: Record<string, tf.Tensor> = { result: prepared(...inputs) };
    if (hasGradient === false) return outputs;
    const loss = (...at: tf.Tensor[]) => tf.sum(tf.square(prepared(...at))) as tf.Scalar;
    tf.grads(loss)(inputs).forEach((gradient, i) => outputs[`d_${names[i]}`] = gradient);
    return outputs;
  });
}

/** Asserts that two programs give the same for a row, up to a tolerance relative to the largest value. */
function assertSame(row: Row, program: Calls, expectedOf: Calls, tolerance: number): void {
  tf.tidy(() => {
    const feeds = Object.fromEntries(
      row.shapes.map((shape, i) => [`input${i}`, valuesOf(row, shape, i)]),
    );
    const [expected, got] = [expectedOf.f(feeds), program.f(feeds)];
    assert.deepEqual(Object.keys(got), Object.keys(expected));
    for (const [name, tensor] of Object.entries(expected)) {
      assert.deepEqual([got[name]!.shape, got[name]!.dtype], [tensor.shape, tensor.dtype]);
      const values = tensor.dataSync();
      const scale = Math.max(1, ...Array.from(values, Math.abs));
      assertClose(got[name]!.dataSync(), values, tolerance * scale);
    }
  });
}

for (const row of ROWS) {
  Deno.test(`jit() runs ${row.op} as tfjs does`, () => {
    using eager = jit({ f: functionOf(row) }, { eager: true });
    using traced = jit({ f: functionOf(row) });
    // A graph may fuse operations and so round otherwise in the last digit.
    assertSame(row, traced, eager, 1e-5);
  });

  Deno.test(`jit() runs ${row.op} between products in bfloat16`, () => {
    // Eight roundings to 8 bits. A product with 1 changes nothing but the type of what follows.
    const product = (x: tf.Tensor) =>
      tf.matMul(x.reshape([-1, 1]), tf.ones([1, 1])).reshape(x.shape);
    using eager = jit({ f: functionOf(row, product) }, { eager: true });
    using traced = jit({ f: functionOf(row, product) }, { precision: "bfloat16" });
    assertSame(row, traced, eager, 2 ** -5);
  });
}
