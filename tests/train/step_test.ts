import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { jit } from "@/engine/graph/jit.ts";
import { initialValues } from "@/model/parameters.ts";
import { createModel, type Model } from "@/method/vae.ts";
import * as tf from "@/engine/tf.ts";
import { lossAndGradients, type Player } from "@/train/loss_gradients.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY, tinyData } from "../tiny.ts";
import { adamTwin, twinMoments } from "./adam_twin.ts";

const { batchSize, imageSize, learningRate, seed } = TINY;
const model = createModel(TINY);
const { batches } = tinyData();

const feedsAt = (step: number) => ({
  images: tf.tensor4d(batches.batch(step).images, [batchSize, imageSize, imageSize, 1]),
  seed: tf.tensor1d([seed, step], "int32"),
  step: tf.scalar(step),
});

/** The step by hand: gradients by autodiff, the moves in float64. */
function createTwin(model: Model) {
  const values = Object.fromEntries(
    Object.entries(initialValues(model.parameters, seed))
      .map(([name, numbers]) => [name, Float64Array.from(numbers)]),
  );
  const opposing = Object.keys(model.opponent?.parameters ?? {});
  const trained = Object.keys(model.parameters)
    .filter((name) => model.parameters[name]!.isTrained && !opposing.includes(name));
  const play = (player: Player, names: readonly string[], clipNorm: number) => {
    const moments = names.map((name) => twinMoments(values[name]!.length));
    return (step: number) => {
      const feeds = feedsAt(step);
      const tensors = Object.fromEntries(
        Object.entries(values).map(([name, numbers]) => [
          name,
          tf.tensor(Float32Array.from(numbers), [...model.parameters[name]!.shape]),
        ]),
      );
      const result = lossAndGradients(player, tensors, feeds.images, feeds.seed, names);
      for (const [i, name] of names.entries()) {
        const gradient = result.gradients[name]!.dataSync();
        adamTwin(values[name]!, moments[i]!, gradient, step, { learningRate, clipNorm });
      }
      return result;
    };
  };
  const { forward, opponent, updatedFirst } = model;
  const moveFirst = play(model, updatedFirst, Infinity);
  const moveOpponent = opponent && play({ forward, terms: opponent.terms }, opposing, 1);
  const moveAll = play(model, trained, 1);
  const take = (step: number): Record<string, number> =>
    tf.tidy(() => {
      if (updatedFirst.length > 0) moveFirst(step);
      const opposed = moveOpponent?.(step);
      const { loss, terms, statistics } = moveAll(step);
      for (const [name, statistic] of Object.entries(statistics)) {
        values[name] = Float64Array.from(statistic.dataSync());
      }
      return Object.fromEntries(
        Object.entries({ loss, ...terms, ...opposed?.terms })
          .map(([name, term]) => [name, term.dataSync()[0]!]),
      );
    });
  return { values, take };
}

const GAMES: Record<string, Config> = {
  "the poses unclipped, then everything clipped": TINY,
  "poses, opponent, everything": { ...TINY, objective: "adversarial" },
  "the opponent, then everything": { ...TINY, objective: "adversarial", pose: "encoder" },
};

for (const [moves, config] of Object.entries(GAMES)) {
  Deno.test(`trainingStep() moves ${moves}, as by hand`, () => {
    const model = createModel(config);
    using state = createState(model, seed);
    using program = jit({ step: trainingStep(model, state, config) }, { eager: true });
    const twin = createTwin(model);
    for (let step = 0; step < 2; step++) {
      tf.tidy(() => {
        const losses = program.step(feedsAt(step));
        const expected = twin.take(step);
        assert.deepEqual(Object.keys(losses), Object.keys(expected));
        for (const [name, value] of Object.entries(expected)) {
          assertClose(losses[name]!.dataSync(), [value], 1e-3);
        }
        for (const name of Object.keys(model.parameters)) {
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
}

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
