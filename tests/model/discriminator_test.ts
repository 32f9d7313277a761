import assert from "node:assert/strict";
import { createDiscriminator } from "@/model/discriminator.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const UNITS = 4;
const discriminator = createDiscriminator(UNITS);
const codes = (seed = 1) => randomTensor([3, UNITS], seed) as tf.Tensor2D;

Deno.test("createDiscriminator() gives a logit for each code", () => {
  tf.tidy(() => {
    const logits = discriminator.logits(passOf(discriminator.parameters), codes());
    assert.deepEqual(logits.shape, [3]);
    assert.equal(new Set(logits.dataSync()).size, 3);
  });
});

Deno.test("createDiscriminator() is two times dense 1000 with leaky ReLU, then dense", () => {
  tf.tidy(() => {
    const { parameters, logits } = discriminator;
    // Equal weights, so that the sums can be done by hand; the first layer is below 0 for code 2.
    const fill = (name: string, value: number) => ({
      [`discriminator/${name}`]: tf.fill([...parameters[`discriminator/${name}`]!.shape], value),
    });
    const values = {
      ...fill("hidden1/weights", 0.5),
      ...fill("hidden1/bias", -0.2),
      ...fill("hidden2/weights", 0.002),
      ...fill("hidden2/bias", 0.1),
      ...fill("output/weights", -0.003),
      ...fill("output/bias", 0.7),
    };
    const leaky = (x: number) => x > 0 ? x : 0.2 * x;
    const logit = (sum: number) =>
      1000 * -0.003 * leaky(1000 * 0.002 * leaky(0.5 * sum - 0.2) + 0.1) + 0.7;
    const inputs = tf.tensor2d([[1, 2, 3, 4], [-1, -2, 0, 1]]);
    const found = logits(passOf(parameters, { values }), inputs);
    assertClose(found.dataSync(), [logit(10), logit(-2)], 1e-3);
  });
});

Deno.test("createDiscriminator() reads each code by itself", () => {
  tf.tidy(() => {
    const pass = passOf(discriminator.parameters);
    const all = discriminator.logits(pass, codes()).dataSync();
    const second = discriminator.logits(pass, tf.slice(codes(), [1, 0], [1, UNITS])).dataSync();
    assertClose(second, [all[1]!], 1e-5);
  });
});

Deno.test("createDiscriminator() trains every parameter, all of them its own", () => {
  tf.tidy(() => {
    const { parameters, logits } = discriminator;
    const names = Object.keys(parameters);
    assert.ok(names.every((name) => name.startsWith("discriminator/")));
    assert.ok(Object.values(parameters).every(({ isTrained }) => isTrained));
    const { values } = passOf(parameters);
    const gradients = tf.grads((...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const found = logits(passOf(parameters, { values: given }), codes());
      return tf.sum(tf.square(found)) as tf.Scalar;
    })(names.map((name) => values[name]!));
    for (const [i, name] of names.entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
    }
  });
});

Deno.test("createDiscriminator() has the stages of its layers, of their real sizes", () => {
  assert.deepEqual(discriminator.stages.map(({ shape }) => shape), [[UNITS], [1000], [1000], [1]]);
});

Deno.test("createDiscriminator() keeps its logits alone, inside a tidy", () => {
  let logits: tf.Tensor;
  assertTensorsKept(1, () => {
    logits = tf.tidy(() => discriminator.logits(passOf(discriminator.parameters), codes()));
  });
  logits!.dispose();
});
