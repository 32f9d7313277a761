import assert from "node:assert/strict";
import { jit } from "@/engine/graph/jit.ts";
import { initialValues } from "@/model/parameters.ts";
import { createVae, type VaeConfig } from "@/method/vae.ts";
import type { Learner } from "@/model/learner.ts";
import * as tf from "@/engine/tf.ts";
import { lossAndGradients } from "@/train/loss_gradients.ts";
import { createState } from "@/train/state.ts";
import { trainingStep } from "@/train/step.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY, tinyData } from "../tiny.ts";
import { adamTwin, twinMoments } from "../engine/adam_twin.ts";

const { batchSize, imageSize, learningRate, seed } = TINY;
const learner = createVae(TINY);
const { batches } = tinyData();

const feedsAt = (step: number) => ({
  images: tf.tensor4d(batches.batch(step).images, [batchSize, imageSize, imageSize, 1]),
  seed: tf.tensor1d([seed, step], "int32"),
  step: tf.scalar(step),
});

/** The step by hand: gradients by autodiff, the moves in float64. */
function createTwin({ parameters, moves }: Learner) {
  const values = Object.fromEntries(
    Object.entries(initialValues(parameters, seed))
      .map(([name, { values }]) => [name, Float64Array.from(values)]),
  );
  const players = moves.map((move) => {
    const moments = move.parameters.map((name) => twinMoments(values[name]!.length));
    return (step: number) => {
      const tensors = Object.fromEntries(
        Object.entries(values).map(([name, numbers]) => [
          name,
          tf.tensor(Float32Array.from(numbers), [...parameters[name]!.shape]),
        ]),
      );
      const result = lossAndGradients(move, { values: tensors, ...feedsAt(step) });
      for (const [i, name] of move.parameters.entries()) {
        const gradient = result.gradients[name]!.dataSync();
        const { clipNorm } = move;
        adamTwin(values[name]!, moments[i]!, gradient, step, { learningRate, clipNorm });
      }
      return result;
    };
  });
  const take = (step: number): Record<string, number> =>
    tf.tidy(() => {
      const results = players.map((play) => play(step));
      for (const { statistics } of results) {
        for (const [name, statistic] of Object.entries(statistics)) {
          values[name] = Float64Array.from(statistic.dataSync());
        }
      }
      const terms = Object.assign({}, ...results.map(({ terms }) => terms));
      return Object.fromEntries(
        Object.entries<tf.Scalar>({ loss: results.at(-1)!.loss, ...terms })
          .map(([name, term]) => [name, term.dataSync()[0]!]),
      );
    });
  return { values, take };
}

const GAMES: Record<string, VaeConfig> = {
  "the poses unclipped, then everything clipped": TINY,
  "poses, opponent, everything": { ...TINY, objective: "adversarial" },
  "the opponent, then everything": { ...TINY, objective: "adversarial", pose: "encoder" },
};

for (const [moves, config] of Object.entries(GAMES)) {
  Deno.test(`trainingStep() moves ${moves}, as by hand`, () => {
    const learner = createVae(config);
    using state = createState(learner, seed);
    using program = jit({ step: trainingStep(learner, state, config) }, { eager: true });
    const twin = createTwin(learner);
    for (let step = 0; step < 2; step++) {
      tf.tidy(() => {
        const losses = program.step(feedsAt(step));
        const expected = twin.take(step);
        assert.deepEqual(Object.keys(losses).sort(), Object.keys(expected).sort());
        for (const [name, value] of Object.entries(expected)) {
          assertClose(losses[name]!.dataSync(), [value], 1e-3);
        }
        for (const name of Object.keys(learner.parameters)) {
          const moved = state.read()[name]!.dataSync();
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
  using state = createState(learner, seed);
  using program = jit({ step: trainingStep(learner, state, TINY) }, { eager: true });
  tf.tidy(() => {
    program.step(feedsAt(0));
    const parameters = state.read();
    const moves = [...tf.abs(parameters["pose/mean"]!).dataSync()]
      .map((size) => Math.round(size / learningRate));
    assert.deepEqual(new Set(moves), new Set([0, 2]));
    const bias = tf.abs(parameters["decoder/deconv2/bias"]!).dataSync();
    assertClose(bias, [learningRate], 1e-2 * learningRate);
  });
});

Deno.test("trainingStep() updates everything at once where no pose is free", () => {
  const config: VaeConfig = { ...TINY, pose: "constant" };
  const constant = createVae(config);
  using state = createState(constant, seed);
  using program = jit({ step: trainingStep(constant, state, config) });
  tf.tidy(() => {
    const { loss, image, latent, ...rest } = program.step(feedsAt(0)) as Record<string, tf.Tensor>;
    assert.deepEqual(rest, {});
    assertClose(loss!.dataSync(), [image!.dataSync()[0]! + latent!.dataSync()[0]!], 1e-4);
  });
});

Deno.test("trainingStep() gives the last move's loss first, and of terms that share a name the last", () => {
  using state = createState(learner, seed);
  using program = jit({ step: trainingStep(learner, state, TINY) }, { eager: true });
  tf.tidy(() => {
    const { loss, ...terms } = program.step(feedsAt(0));
    assert.deepEqual(Object.keys(terms), ["image", "latent", "pose"]);
    const sum = Object.values(terms).reduce((sum, term) => sum + term.dataSync()[0]!, 0);
    assertClose(loss!.dataSync(), [sum], 1e-4);
  });
});

Deno.test("trainingStep() keeps its losses alone", () => {
  using state = createState(learner, seed);
  using program = jit({ step: trainingStep(learner, state, TINY) }, { eager: true });
  const feeds = feedsAt(0);
  let losses: Record<string, tf.Tensor> = {};
  assertTensorsKept(4, () => losses = program.step(feeds));
  tf.dispose([losses, feeds]);
});
