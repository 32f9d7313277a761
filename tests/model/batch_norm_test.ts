import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { batchNorm } from "@/model/batch_norm.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const EPSILON = 1e-5;
const CHANNELS = 4;

/** The parameters of one norm, none of them where it starts. */
const valuesOf = () => ({
  "norm/scale": tf.add(randomTensor([CHANNELS], 1), 2),
  "norm/shift": randomTensor([CHANNELS], 2),
  "norm/mean": randomTensor([CHANNELS], 3),
  "norm/variance": tf.add(randomTensor([CHANNELS], 4), 2),
});

/** Images and grids with means and spreads that differ by channel. */
function inputOf(shape: readonly number[]): tf.Tensor {
  const offsets = tf.tensor1d([3, -1, 0, 10]);
  return tf.add(tf.mul(randomTensor(shape, 5), tf.tensor1d([1, 4, 0.1, 2])), offsets);
}

/** The same, composed from moments. */
function twin(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const { mean, variance } = tf.moments(x, axes);
  const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
  return { y: tf.add(tf.mul(normalised, scale), shift), mean, variance };
}

for (const shape of [[3, 2, 5, CHANNELS], [3, 2, 5, 4, CHANNELS]]) {
  const rank = shape.length;

  Deno.test(`batchNorm() normalises by the batch's moments in training, rank ${rank}`, () => {
    tf.tidy(() => {
      const norm = batchNorm<tf.Tensor>("norm", CHANNELS);
      const values = valuesOf();
      const x = inputOf(shape);
      const y = norm.apply(passOf(norm.parameters, { values }), x);
      assert.deepEqual(y.shape, shape);
      const expected = twin(x, values["norm/scale"], values["norm/shift"]).y;
      assertClose(y.dataSync(), expected.dataSync(), 1e-4);
    });
  });

  Deno.test(`batchNorm() has the gradients of the composed form, rank ${rank}`, () => {
    tf.tidy(() => {
      const norm = batchNorm<tf.Tensor>("norm", CHANNELS);
      const values = valuesOf();
      const weights = randomTensor(shape, 6);
      const at = [inputOf(shape), values["norm/scale"], values["norm/shift"]];
      const fused = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
        const given = { ...values, "norm/scale": scale, "norm/shift": shift };
        return norm.apply(passOf(norm.parameters, { values: given }), x);
      };
      const gradients = (run: (...inputs: tf.Tensor[]) => tf.Tensor) =>
        tf.grads((...inputs) => tf.sum(tf.mul(weights, run(...inputs))) as tf.Scalar)(at);
      const got = gradients((x, scale, shift) => fused(x!, scale!, shift!));
      const expected = gradients((x, scale, shift) => twin(x!, scale!, shift!).y);
      for (const [i, gradient] of expected.entries()) {
        const largest = tf.max(tf.abs(gradient)).dataSync()[0]!;
        assertClose(got[i]!.dataSync(), gradient.dataSync(), 1e-3 * largest);
      }
    });
  });

  Deno.test(`batchNorm() uses the running moments outside training, rank ${rank}`, () => {
    tf.tidy(() => {
      const norm = batchNorm<tf.Tensor>("norm", CHANNELS);
      const values = valuesOf();
      const pass = passOf(norm.parameters, { values, isTraining: false });
      const x = inputOf(shape);
      const y = norm.apply(pass, x);
      const deviation = tf.sqrt(tf.add(values["norm/variance"], EPSILON));
      const normalised = tf.div(tf.sub(x, values["norm/mean"]), deviation);
      const expected = tf.add(tf.mul(normalised, values["norm/scale"]), values["norm/shift"]);
      assert.deepEqual(y.shape, shape);
      assertClose(y.dataSync(), expected.dataSync(), 1e-4);
      assert.deepEqual(pass.statistics, {}, "nothing is kept");
    });
  });
}

Deno.test("batchNorm() keeps a tenth of the batch's moments, the variance by Bessel's correction", () => {
  tf.tidy(() => {
    const norm = batchNorm<tf.Tensor4D>("norm", CHANNELS);
    const values = valuesOf();
    const x = inputOf([3, 2, 5, CHANNELS]) as tf.Tensor4D;
    const pass = passOf(norm.parameters, { values });
    norm.apply(pass, x);
    const count = 3 * 2 * 5;
    const { mean, variance } = twin(x, tf.scalar(1), tf.scalar(0));
    const mix = (running: tf.Tensor, batch: tf.Tensor) =>
      tf.add(tf.mul(0.9, running), tf.mul(0.1, batch)).dataSync();
    assert.deepEqual(Object.keys(pass.statistics), ["norm/mean", "norm/variance"]);
    assertClose(pass.statistics["norm/mean"]!.dataSync(), mix(values["norm/mean"], mean), 1e-5);
    const unbiased = tf.mul(variance, count / (count - 1));
    assertClose(
      pass.statistics["norm/variance"]!.dataSync(),
      mix(values["norm/variance"], unbiased),
      1e-4,
    );
  });
});

Deno.test("batchNorm() gives each channel mean 0 and variance 1 with the initial parameters", () => {
  tf.tidy(() => {
    const norm = batchNorm<tf.Tensor4D>("norm", CHANNELS);
    const y = norm.apply(passOf(norm.parameters), inputOf([8, 3, 5, CHANNELS]) as tf.Tensor4D);
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    assertClose(mean.dataSync(), [0, 0, 0, 0], 1e-5);
    assertClose(variance.dataSync(), [1, 1, 1, 1], 5e-3); // epsilon takes some from the flattest
  });
});

Deno.test("batchNorm() trains scale and shift, not its statistics", () => {
  const { parameters } = batchNorm("norm", 3);
  assert.deepEqual(Object.entries(parameters).map(([name, { isTrained }]) => [name, isTrained]), [
    ["norm/scale", true],
    ["norm/shift", true],
    ["norm/mean", false],
    ["norm/variance", false],
  ]);
});

Deno.test("batchNorm() gives in a graph what it gives eagerly, in training and outside", () => {
  const norm = batchNorm<tf.Tensor4D>("norm", CHANNELS);
  const shape = [3, 2, 5, CHANNELS];
  const f = graphFunction({ x: { shape, dtype: "float32" } }, ({ x }) => {
    const pass = passOf(norm.parameters);
    const outside = passOf(norm.parameters, { isTraining: false });
    const y = norm.apply(pass, x as tf.Tensor4D);
    const gradient = tf.grad((x) =>
      tf.sum(tf.sigmoid(norm.apply(passOf(norm.parameters), x as tf.Tensor4D)))
    )(x);
    return {
      y,
      gradient,
      mean: pass.statistics["norm/mean"]!,
      variance: pass.statistics["norm/variance"]!,
      outside: norm.apply(outside, x as tf.Tensor4D),
    };
  });
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  tf.tidy(() => {
    const x = inputOf(shape);
    const [expected, got] = [eager.f({ x }), traced.f({ x })];
    for (const [name, tensor] of Object.entries(expected)) {
      assertClose(got[name as "y"].dataSync(), tensor.dataSync(), 1e-4);
    }
  });
});

Deno.test("batchNorm() keeps its result alone, inside a tidy", () => {
  const norm = batchNorm<tf.Tensor4D>("norm", CHANNELS);
  let y: tf.Tensor;
  assertTensorsKept(1, () => {
    y = tf.tidy(() => norm.apply(passOf(norm.parameters), inputOf([2, 3, 5, 4]) as tf.Tensor4D));
  });
  y!.dispose();
});
