import assert from "node:assert/strict";
import type { TensorSpec } from "@/engine/graph/jit.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { withPrecision } from "@/engine/graph/precision.ts";
import type { NodeDef } from "@/engine/graph/protobuf.ts";
import { record } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { createVae } from "@/method/vae.ts";
import { DATA_TYPES } from "@/engine/native.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { assertClose } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

/** Rounding to 8 significant bits moves a number by at most this, relatively. */
const ROUNDING = 2 ** -8;

const SQUARE: TensorSpec = { shape: [8, 8], dtype: "float32" };
const BFLOAT16 = { precision: "bfloat16" } as const;

/** Two products with a leaky ReLU between, which use the same weights. */
const twoProducts = graphFunction(
  { x: SQUARE, w: SQUARE },
  ({ x, w }) => ({ y: tf.matMul(tf.leakyRelu(tf.matMul(x, w)), w) }),
);

/** Records a function as `f`. */
function recordingOf(
  inputs: Record<string, TensorSpec>,
  run: (feeds: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
): Recorder {
  const recorder = new Recorder();
  tf.tidy(() => {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, dtype }]) => [name, tf.zeros([...shape], dtype)]),
    );
    record(recorder, "f", feeds, () => run(feeds));
  });
  return recorder;
}

/** Writes nodes as text; those that compute in bfloat16 have a star. */
function textOf(nodes: readonly NodeDef[]): string[] {
  return nodes.map(({ name, op, input, attr }) =>
    `${name} = ${op}${attr.T?.type === DATA_TYPES.bfloat16 ? "*" : ""}(${input.join(", ")})`
  );
}

/** Gives positive numbers of few and of many bits, so that nothing cancels out. */
function positive(seed: number): tf.Tensor2D {
  const random = createRandom(seed);
  return tf.tensor2d(Float32Array.from({ length: 64 }, () => random.uniform(0.1, 1)), [8, 8]);
}

Deno.test("withPrecision() leaves a float32 graph as it is", () => {
  const recording = recordingOf(twoProducts.inputs, twoProducts.run);
  assert.equal(withPrecision(recording, "float32"), recording.nodes);
});

Deno.test("withPrecision() casts each input once and the result back, and nothing between", () => {
  const recording = recordingOf(twoProducts.inputs, twoProducts.run);
  const before = structuredClone(recording.nodes);
  assert.deepEqual(textOf(withPrecision(recording, "bfloat16")), [
    "f/x = Placeholder()",
    "f/x/float = Bitcast(f/x:0)",
    "f/w = Placeholder()",
    "f/w/float = Bitcast(f/w:0)",
    "f/x/float_0/bfloat16 = Cast(f/x/float:0)",
    "f/w/float_0/bfloat16 = Cast(f/w/float:0)",
    "f/BatchMatMulV2 = BatchMatMulV2*(f/x/float_0/bfloat16:0, f/w/float_0/bfloat16:0)",
    "f/LeakyRelu = LeakyRelu*(f/BatchMatMulV2:0)",
    "f/BatchMatMulV2_1 = BatchMatMulV2*(f/LeakyRelu:0, f/w/float_0/bfloat16:0)",
    "f/BatchMatMulV2_1_0/float32 = Cast(f/BatchMatMulV2_1:0)",
    "f/y = Identity(f/BatchMatMulV2_1_0/float32:0)",
  ]);
  assert.deepEqual(recording.nodes, before, "the given nodes stay");
});

Deno.test("withPrecision() keeps sums, exponentials and integer products as they are", () => {
  const recording = recordingOf(
    { x: SQUARE, i: { shape: [8, 8], dtype: "int32" } },
    ({ x, i }) => ({
      y: tf.sum(tf.exp(tf.matMul(x!, x!))),
      i: tf.matMul(i!, i!),
    }),
  );
  const stars = textOf(withPrecision(recording, "bfloat16")).filter((text) => text.includes("*"));
  assert.deepEqual(stars, [
    "f/BatchMatMulV2 = BatchMatMulV2*(f/x/float_0/bfloat16:0, f/x/float_0/bfloat16:0)",
  ]);
});

Deno.test("withPrecision() lets a follower follow only if all that comes in is bfloat16", () => {
  const recording = recordingOf({ x: SQUARE, r: SQUARE }, ({ x, r }) => {
    const product = tf.matMul(x!, x!);
    return {
      relu: tf.relu(r!),
      mixed: tf.add(product, r!),
      bias: tf.add(product, tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8])),
      moved: tf.pad(tf.transpose(product).reshape([4, 16]), [[0, 0], [1, 2]]),
    };
  });
  const ops = withPrecision(recording, "bfloat16")
    .filter(({ op }) => !["Placeholder", "Bitcast", "Const", "Cast", "Identity"].includes(op))
    .map(({ op, attr }) => [op, attr.T!.type === DATA_TYPES.bfloat16]);
  assert.deepEqual(ops, [
    ["BatchMatMulV2", true],
    ["Relu", false],
    ["Add", false],
    ["Add", true],
    ["Transpose", true],
    ["Reshape", true],
    ["PadV2", true],
  ]);
});

Deno.test("withPrecision() keeps convolutions whose kernel exceeds the image in float32", () => {
  // Their unused taps would get whatever was in memory: losses ended as NaN after some steps.
  for (const [size, kernel, isNarrow] of [[3, 3, true], [2, 3, false], [1, 2, false]] as const) {
    const image: TensorSpec = { shape: [2, 7, size, 3], dtype: "float32" };
    const weights: TensorSpec = { shape: [2, kernel, 3, 4], dtype: "float32" };
    const recording = recordingOf({ image, weights }, (feeds) => {
      const loss = (x: tf.Tensor, w: tf.Tensor) =>
        tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, "same")) as tf.Scalar;
      const [x, w] = tf.grads(loss)([feeds.image!, feeds.weights!]);
      return { y: loss(feeds.image!, feeds.weights!), x: x!, w: w! };
    });
    const convolutions = textOf(withPrecision(recording, "bfloat16"))
      .map((text) => /= (Conv\w+\*?)\(/.exec(text)?.[1]).filter((op) => op !== undefined);
    const star = isNarrow ? "*" : "";
    const expected = ["Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput"]
      .map((op) => op + star);
    assert.deepEqual([...new Set(convolutions)].toSorted(), expected, `${kernel} in ${size}`);
  }
});

Deno.test("jit() in bfloat16 is within five roundings of float32, and gives float32", () => {
  using single = jit({ f: twoProducts });
  using narrow = jit({ f: twoProducts }, BFLOAT16);
  tf.tidy(() => {
    const feeds = { x: positive(1), w: positive(2) };
    const [expected, y] = [single.f(feeds).y, narrow.f(feeds).y];
    const got = y.dataSync();
    assert.equal(y.dtype, "float32");
    // x, w, the first product, w again and the second product; sums inside a product are float32.
    const relative = got.map((value, i) => value / expected.dataSync()[i]! - 1);
    assertClose(relative, new Float32Array(64), (1 + ROUNDING) ** 5 - 1);
    const lowerHalves = new Uint32Array(got.slice().buffer).map((bits) => bits & 0xffff);
    assert.ok(lowerHalves.every((bits) => bits === 0), "the last product is bfloat16");
  });
});

Deno.test("jit() in bfloat16 lets gradients flow", () => {
  const gradients = graphFunction({ x: SQUARE, w: SQUARE }, (feeds) => {
    const loss = (x: tf.Tensor, w: tf.Tensor) => tf.sum(twoProducts.run({ x, w }).y!) as tf.Scalar;
    const [x, w] = tf.grads(loss)([feeds.x, feeds.w]);
    return { x: x!, w: w! };
  });
  using single = jit({ gradients });
  using narrow = jit({ gradients }, BFLOAT16);
  tf.tidy(() => {
    const feeds = { x: positive(1), w: positive(2) };
    const [expected, got] = [single.gradients(feeds), narrow.gradients(feeds)];
    for (const name of ["x", "w"] as const) {
      const values = expected[name].dataSync();
      const relative = got[name].dataSync().map((value, i) => value / values[i]! - 1);
      // The longest path: x, w, product, its gradient, and the sum of two branches.
      assertClose(relative, new Float32Array(64), (1 + ROUNDING) ** 8 - 1);
    }
  });
});

Deno.test("jit() in bfloat16 keeps variables in float32", () => {
  using weight = new Variable("weight", [1, 1], Float32Array.of(1));
  const step = 2 ** -12; // lost in bfloat16, whose next number after 1 is 1 + 2^-7
  using program = jit({
    add: graphFunction({}, () => {
      const before = weight.read();
      weight.assign(tf.add(before, tf.scalar(step)));
      return { product: tf.matMul(before as tf.Tensor2D, tf.ones([1, 1])) };
    }),
    read: graphFunction({}, () => ({ weight: weight.read() })),
  }, BFLOAT16);
  tf.tidy(() => {
    for (let i = 0; i < 3; i++) assert.equal(program.add({}).product.dataSync()[0], 1);
    assert.equal(program.read({}).weight.dataSync()[0], 1 + 3 * step);
  });
});

Deno.test("withPrecision() gives a whole training step the right types", () => {
  const config = { ...TINY, imageSize: 20 }; // the smallest whose every kernel fits its image
  const model = createVae(config);
  using state = createState(model, config.seed);
  const { inputs, run } = trainingStep(model, state, config);
  const nodes = withPrecision(recordingOf(inputs, run), "bfloat16");
  const byName = new Map(nodes.map((node) => [node.name, node]));
  assert.equal(byName.size, nodes.length, "names are unique");
  const isNarrow = ({ attr }: NodeDef) => attr.T?.type === DATA_TYPES.bfloat16;
  const narrow = new Set(nodes.filter(isNarrow).map(({ op }) => op));
  const single = new Set(nodes.filter((node) => !isNarrow(node)).map(({ op }) => op));
  const activations = nodes.filter(({ op }) => /Conv|LeakyRelu|FusedBatchNorm(?!Grad)/.test(op));
  assert.ok(activations.every(isNarrow), "activations stay in bfloat16 from one layer to the next");
  for (const op of ["Exp", "Sum", "Sigmoid", "Square", "ResourceApplyAdam", "Mul"]) {
    assert.ok(single.has(op) && !narrow.has(op), op);
  }
  for (const { op, attr } of nodes.filter(({ op }) => op.startsWith("FusedBatchNorm"))) {
    assert.equal(attr.U!.type, DATA_TYPES.float32, op);
  }
  const casts = nodes.filter(({ name, op }) => op === "Cast" && /\/b?float(16|32)$/.test(name));
  const pairs = casts.map(({ input, attr }) => `${input[0]} to ${attr.DstT!.type}`);
  assert.equal(new Set(pairs).size, pairs.length, "one cast for each tensor and type");
  for (const { name, input, attr } of casts) {
    const source = byName.get(input[0]!.split(":")[0]!)!;
    assert.notDeepEqual(source.attr.DstT, attr.SrcT, `${name} undoes a cast`);
  }
});

Deno.test("jit() refuses bfloat16 op by op", () => {
  assert.throws(() => jit({ f: twoProducts }, { eager: true, ...BFLOAT16 }), {
    name: "RangeError",
    message: "Cannot run eagerly: precision must be float32, got bfloat16; compile, or use float32",
  });
});
