import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { applyAdam } from "@/engine/adam.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { adamTwin, twinMoments } from "./adam_twin.ts";

/** The gradient of a bowl whose sides differ, so that the moments matter. */
const slopesAt = (values: ArrayLike<number>) =>
  Array.from(values, (value, i) => (i + 1) * 3 * value + Math.sin(5 * value));

const START = [1, -2, 0.5];

const MOMENTA = [undefined, { first: 0, second: 0.99 }, { first: 0.9, second: 0.99 }];

for (const momentum of MOMENTA) {
  const kept = momentum ? `means that keep ${momentum.first} and ${momentum.second}` : "its means";
  Deno.test(`applyAdam() follows the paper's formula in float64, with ${kept}`, () => {
    tf.tidy(() => {
      const [learningRate, clipNorm] = [0.05, Infinity];
      using variable = new Variable("x", [3], Float32Array.from(START));
      using first = new Variable("first", [3]);
      using second = new Variable("second", [3]);
      const values = Float64Array.from(START);
      const moments = twinMoments(3);
      for (let step = 0; step < 20; step++) {
        const slopes = slopesAt(values);
        applyAdam(
          variable,
          { first, second },
          tf.tensor1d(slopes),
          tf.scalar(step),
          tf.scalar(learningRate),
          momentum,
        );
        const options = { learningRate, clipNorm, ...momentum && { momentum } };
        adamTwin(values, moments, slopes, step, options);
        assertClose(variable.read().dataSync(), values, 1e-5);
      }
      assertClose(first.read().dataSync(), moments.first, 1e-4);
      assertClose(second.read().dataSync(), moments.second, 1e-4);
    });
  });
}

Deno.test("applyAdam() takes a first step of the learning rate, whatever the slope", () => {
  tf.tidy(() => {
    for (const slope of [1e-3, 1, 1e3]) {
      using variable = new Variable("x", [2], Float32Array.of(1, 1));
      using first = new Variable("first", [2]);
      using second = new Variable("second", [2]);
      const gradient = tf.tensor1d([slope, -slope]);
      applyAdam(variable, { first, second }, gradient, tf.scalar(0), tf.scalar(0.1));
      assertClose(variable.read().dataSync(), [0.9, 1.1], 1e-4);
    }
  });
});

Deno.test("applyAdam() gives in a graph what it gives eagerly", () => {
  const run = (eager: boolean) => {
    const [variable, first, second] = ["x", "first", "second"].map((name) =>
      new Variable(name, [3], name === "x" ? Float32Array.from(START) : undefined)
    ) as [Variable, Variable, Variable];
    using program = jit({
      f: graphFunction({ step: { shape: [], dtype: "float32" } }, ({ step }) => {
        const gradient = tf.mul(variable.read(), 3);
        applyAdam(variable, { first, second }, gradient, step as tf.Scalar, tf.scalar(0.05));
        return { y: variable.read() };
      }),
    }, { eager });
    const values = tf.tidy(() =>
      [0, 1, 2].map((step) => [...program.f({ step: tf.scalar(step) }).y.dataSync()])
    );
    for (const each of [variable, first, second]) each[Symbol.dispose]();
    return values.flat();
  };
  assertClose(run(false), run(true), 1e-6);
});

Deno.test("applyAdam() keeps no tensor", () => {
  using variable = new Variable("x", [2]);
  using first = new Variable("first", [2]);
  using second = new Variable("second", [2]);
  const [gradient, step, rate] = [tf.ones([2]), tf.scalar(0), tf.scalar(1)];
  assertTensorsKept(0, () => {
    applyAdam(variable, { first, second }, gradient, step, rate);
  });
  tf.dispose([gradient, step, rate]);
});
