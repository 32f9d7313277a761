import assert from "node:assert/strict";
import { createDecoder } from "@/model/decoder.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const OPTIONS = { shapeLatentSize: 5, gridSize: 12, filters: 4 };
const latents = (batch = 3) => randomTensor([batch, 5], 1) as tf.Tensor2D;

Deno.test("createDecoder() gives occupancy in (0, 1) for each latent", () => {
  tf.tidy(() => {
    const decoder = createDecoder(OPTIONS);
    const occupancy = decoder.decode(passOf(decoder.parameters), latents());
    assert.deepEqual(occupancy.shape, [3, 12, 12, 12]);
    assert.ok(occupancy.dataSync().every((value) => value > 0 && value < 1));
  });
});

Deno.test("createDecoder() grows a grid of a quarter of the side twice", () => {
  const { stages, parameters } = createDecoder({ ...OPTIONS, gridSize: 28, filters: 128 });
  assert.deepEqual(stages.map(({ shape }) => shape), [
    [7, 7, 7, 128],
    [14, 14, 14, 64],
    [28, 28, 28, 1],
  ]);
  assert.deepEqual(parameters["decoder/grid/weights"]!.shape, [5, 7 * 7 * 7 * 128]);
  assert.deepEqual(parameters["decoder/deconv1/kernel"]!.shape, [3, 3, 3, 64, 128]);
  assert.deepEqual(parameters["decoder/deconv2/kernel"]!.shape, [3, 3, 3, 1, 64]);
});

Deno.test("createDecoder() starts near half occupancy everywhere", () => {
  tf.tidy(() => {
    const decoder = createDecoder(OPTIONS);
    const occupancy = decoder.decode(passOf(decoder.parameters), latents());
    assertClose([...tf.mean(occupancy).dataSync()], [0.5], 0.05);
  });
});

Deno.test("createDecoder() decodes each latent by itself outside training", () => {
  tf.tidy(() => {
    const decoder = createDecoder(OPTIONS);
    const pass = passOf(decoder.parameters, { isTraining: false });
    const three = latents();
    const second = decoder.decode(pass, tf.slice(three, [1, 0], [1, 5]));
    const all = decoder.decode(pass, three);
    assertClose(second.dataSync(), tf.slice(all, [1, 0, 0, 0], [1, 12, 12, 12]).dataSync(), 1e-6);
    assert.deepEqual(pass.statistics, {});
  });
});

Deno.test("createDecoder() passes a gradient to everything that is trained, and to the latent", () => {
  tf.tidy(() => {
    const decoder = createDecoder(OPTIONS);
    const { values } = passOf(decoder.parameters);
    const names = Object.keys(values).filter((name) => decoder.parameters[name]!.isTrained);
    const gradients = tf.grads((z, ...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const pass = passOf(decoder.parameters, { values: { ...values, ...given } });
      return tf.sum(tf.square(decoder.decode(pass, z as tf.Tensor2D))) as tf.Scalar;
    })([latents(), ...names.map((name) => values[name]!)]);
    for (const [i, name] of ["z", ...names].entries()) {
      const largest = tf.max(tf.abs(gradients[i]!)).dataSync()[0]!;
      assert.ok(largest > 0 && largest < Infinity, `${name}: ${largest}`);
    }
  });
});

Deno.test("createDecoder() keeps its result alone, inside a tidy", () => {
  const decoder = createDecoder(OPTIONS);
  let occupancy: tf.Tensor;
  assertTensorsKept(1, () => {
    occupancy = tf.tidy(() => decoder.decode(passOf(decoder.parameters), latents()));
  });
  occupancy!.dispose();
});
