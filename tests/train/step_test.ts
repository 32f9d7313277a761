import assert from "node:assert/strict";
import { jit } from "@/graph/jit.ts";
import { initialValues } from "@/model/parameters.ts";
import { createModel } from "@/model/vae.ts";
import * as tf from "@/tf.ts";
import { lossAndGradients } from "@/train/gradients.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY, tinyData } from "../tiny.ts";
import { adamTwin, twinMoments } from "./adam_twin.ts";

const { batchSize, imageSize, learningRate, seed } = TINY;
const model = createModel(TINY);
const names = Object.keys(model.parameters);
const trained = names.filter((name) => model.parameters[name]!.isTrained);
const { batches } = tinyData();

const feedsAt = (step: number) => ({
  images: tf.tensor4d(batches.batch(step).images, [batchSize, imageSize, imageSize, 1]),
  seed: tf.tensor1d([seed, step], "int32"),
});

/** The step by hand: gradients by autodiff, the moves in float64. */
function createTwin() {
  const values = Object.fromEntries(
    Object.entries(initialValues(model.parameters, seed))
      .map(([name, numbers]) => [name, Float64Array.from(numbers)]),
  );
  const momentsOf = (all: readonly string[]) =>
    Object.fromEntries(all.map((name) => [name, twinMoments(values[name]!.length)]));
  const [moments, momentsFirst] = [momentsOf(trained), momentsOf(model.updatedFirst)];
  const evaluate = (step: number, wanted: readonly string[]) => {
    const feeds = feedsAt(step);
    const tensors = Object.fromEntries(names.map((name) => [
      name,
      tf.tensor(Float32Array.from(values[name]!), [...model.parameters[name]!.shape]),
    ]));
    return lossAndGradients(model, tensors, feeds.images, feeds.seed, wanted);
  };
  const take = (step: number): Record<string, number> =>
    tf.tidy(() => {
      const first = evaluate(step, model.updatedFirst).gradients;
      for (const name of model.updatedFirst) {
        const options = { learningRate, clipNorm: Infinity };
        adamTwin(values[name]!, momentsFirst[name]!, first[name]!.dataSync(), step, options);
      }
      const { loss, terms, gradients, statistics } = evaluate(step, trained);
      for (const name of trained) {
        const options = { learningRate, clipNorm: 1 };
        adamTwin(values[name]!, moments[name]!, gradients[name]!.dataSync(), step, options);
      }
      for (const [name, statistic] of Object.entries(statistics)) {
        values[name] = Float64Array.from(statistic.dataSync());
      }
      return Object.fromEntries(
        Object.entries({ loss, ...terms }).map(([name, term]) => [name, term.dataSync()[0]!]),
      );
    });
  return { values, take };
}

Deno.test("trainingStep() moves the poses unclipped, then everything clipped, as by hand", () => {
  using state = createState(model, seed);
  using program = jit({ step: trainingStep(model, state, TINY) }, { eager: true });
  const twin = createTwin();
  for (let step = 0; step < 2; step++) {
    tf.tidy(() => {
      const losses = program.step(feedsAt(step));
      const expected = twin.take(step);
      assert.deepEqual(Object.keys(losses), Object.keys(expected));
      for (const [name, value] of Object.entries(expected)) {
        assertClose(losses[name]!.dataSync(), [value], 1e-3);
      }
      for (const name of names) {
        const moved = state.parameters()[name]!.dataSync();
        // Adam moves by the sign of a slope: where that is rounding noise, two float32 programs differ.
        const wrong = [...moved].filter((value, i) =>
          Math.abs(value - twin.values[name]![i]!) > 1e-5
        );
        assert.ok(
          wrong.length <= 0.01 * moved.length,
          `${name}: ${wrong.length} of ${moved.length}`,
        );
      }
    });
  }
});

Deno.test("trainingStep() moves pose variables twice in its first step, other weights once", () => {
  // Adam's first move is the step size, whatever the slope: two moves end at twice that, or back at 0.
  using state = createState(model, seed);
  using program = jit({ step: trainingStep(model, state, TINY) }, { eager: true });
  tf.tidy(() => {
    program.step(feedsAt(0));
    const parameters = state.parameters();
    const moves = [...tf.abs(parameters["pose/mean"]!).dataSync()]
      .map((size) => Math.round(size / learningRate));
    assert.deepEqual(new Set(moves), new Set([0, 2]));
    const bias = tf.abs(parameters["decoder/deconv2/bias"]!).dataSync();
    assertClose(bias, [learningRate], 1e-2 * learningRate);
  });
});

Deno.test("trainingStep() updates everything at once where no pose is free", () => {
  const config = { ...TINY, pose: "constant" };
  const constant = createModel(config);
  using state = createState(constant, seed);
  assert.equal(state.first, undefined);
  using program = jit({ step: trainingStep(constant, state, config) });
  tf.tidy(() => {
    const { loss, image, latent, ...rest } = program.step(feedsAt(0)) as Record<string, tf.Tensor>;
    assert.deepEqual(rest, {});
    assertClose(loss!.dataSync(), [image!.dataSync()[0]! + latent!.dataSync()[0]!], 1e-4);
  });
});

Deno.test("trainingStep() keeps its losses alone", () => {
  using state = createState(model, seed);
  using program = jit({ step: trainingStep(model, state, TINY) }, { eager: true });
  const feeds = feedsAt(0);
  let losses: Record<string, tf.Tensor> = {};
  assertTensorsKept(4, () => losses = program.step(feeds));
  tf.dispose([losses, feeds]);
});
