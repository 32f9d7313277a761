import assert from "node:assert/strict";
import { initialValues, type Parameters } from "@/model/parameters.ts";
import { createVae } from "@/method/vae.ts";
import type { Pass } from "@/model/pass.ts";
import * as tf from "@/engine/tf.ts";
import {
  type LossAndGradients,
  lossAndGradients,
  type MoveInputs,
} from "@/train/loss_gradients.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "../model/passes.ts";
import { TINY } from "../tiny.ts";

const { batchSize, imageSize } = TINY;
const model = createVae(TINY);
const { terms } = model.moves.at(-1)!;
const trained = Object.keys(model.parameters).filter((name) => model.parameters[name]!.isTrained);
const images = () => tf.abs(randomTensor([batchSize, imageSize, imageSize, 1], 1)) as tf.Tensor4D;

/** What a move is computed from, with some values replaced. */
const inputsOf = (
  replaced: Record<string, tf.Tensor> = {},
  parameters: Parameters = model.parameters,
): MoveInputs => ({
  values: passOf(parameters, { values: replaced }).values,
  images: images(),
  seed: tf.tensor1d([1, 0], "int32"),
  step: tf.scalar(0),
});

/** The same, to be disposed by the caller. */
function keptInputs(): MoveInputs {
  let made: MoveInputs;
  tf.tidy(() => {
    made = inputsOf();
    for (const tensor of [...Object.values(made.values), made.images, made.seed, made.step]) {
      tf.keep(tensor);
    }
  });
  return made!;
}

/** The loss and its gradients with some values replaced. */
function run(
  replaced: Record<string, tf.Tensor> = {},
  wanted: readonly string[] = trained,
): LossAndGradients {
  return lossAndGradients({ name: "a test", parameters: wanted, terms }, inputsOf(replaced));
}

Deno.test("lossAndGradients() gives the sum of the terms, and each of them", () => {
  tf.tidy(() => {
    const { loss, terms } = run();
    assert.deepEqual(Object.keys(terms), ["image", "latent", "pose"]);
    const sum = Object.values(terms).reduce((sum, term) => sum + term.dataSync()[0]!, 0);
    assertClose(loss.dataSync(), [sum], 1e-4);
  });
});

Deno.test("lossAndGradients() gives a gradient of each parameter's shape", () => {
  tf.tidy(() => {
    const { gradients } = run();
    assert.deepEqual(Object.keys(gradients), trained);
    for (const name of trained) {
      assert.deepEqual(gradients[name]!.shape, model.parameters[name]!.shape, name);
    }
  });
});

Deno.test("lossAndGradients() gives the gradients asked for, the same as among all", () => {
  tf.tidy(() => {
    const all = run().gradients;
    const some = run({}, ["pose/mean", "decoder/deconv1/kernel"]).gradients;
    assert.deepEqual(Object.keys(some), ["pose/mean", "decoder/deconv1/kernel"]);
    for (const [name, gradient] of Object.entries(some)) {
      assertClose(gradient.dataSync(), all[name]!.dataSync(), 1e-5);
    }
  });
});

Deno.test("lossAndGradients() gives an opponent's loss and gradients on the model's latents", () => {
  tf.tidy(() => {
    const game = createVae({ ...TINY, objective: "adversarial" });
    const move = game.moves.find(({ name }) => name === "discriminator")!;
    const inputs = inputsOf({}, game.parameters);
    const result = lossAndGradients(move, inputs);
    const expected = move.terms(passOf(game.parameters), images()).discriminator!.dataSync();
    assertClose(result.loss.dataSync(), expected, 1e-5);
    assert.deepEqual(Object.keys(result.gradients), move.parameters);
    const output = result.gradients["discriminator/output/bias"]!.dataSync()[0]!;
    assert.ok(output !== 0 && Number.isFinite(output));
  });
});

/** One parameter of every kind; the loss is smooth in them. */
const PROBED = [
  "encoder/conv2/kernel",
  "encoder/norm3/scale",
  "encoder/mean/weights",
  "decoder/grid/weights",
  "decoder/deconv1/kernel",
  "decoder/norm2/shift",
  "decoder/deconv2/kernel",
  "pose/logVariance",
  "pose/hidden/weights",
];

for (const name of PROBED) {
  Deno.test(`lossAndGradients() slopes for ${name} as the loss does`, () => {
    tf.tidy(() => {
      const value = passOf(model.parameters).values[name]!;
      const gradient = run({}, [name]).gradients[name]!;
      // Along the gradient the loss must rise by |gradient| for each unit: one difference for all.
      const norm = tf.norm(gradient).dataSync()[0]!;
      // Where the loss is steep a short way is enough, and a long one meets kinks of leaky ReLU.
      const step = 2e-3 / Math.max(norm, 1e-2) / Math.max(1, norm);
      const at = (scale: number) =>
        run({ [name]: tf.add(value, tf.mul(gradient, scale * step)) }, [name]).loss.dataSync()[0]!;
      const slope = (at(1) - at(-1)) / (2 * step);
      assert.ok(norm > 0);
      // The loss, about 30, is a float32: its rounding alone is a per cent of so small a difference.
      assertClose([slope / norm ** 2], [1], 0.1);
    });
  });
}

Deno.test("lossAndGradients() gives new statistics and leaves the values as they are", () => {
  tf.tidy(() => {
    const before = initialValues(model.parameters, 1);
    const inputs = inputsOf();
    const { statistics } = lossAndGradients({ name: "a test", parameters: trained, terms }, inputs);
    const untrained = Object.keys(model.parameters).filter((name) => !trained.includes(name));
    assert.deepEqual(Object.keys(statistics).toSorted(), untrained.toSorted());
    for (const [name, tensor] of Object.entries(inputs.values)) {
      assert.deepEqual(tensor.dataSync(), before[name]!.values, name);
    }
  });
});

Deno.test("lossAndGradients() keeps loss, terms, gradients and statistics, no more", () => {
  const inputs = keptInputs();
  let result: LossAndGradients;
  assertTensorsKept(1 + 3 + trained.length + 12, () => {
    result = lossAndGradients({ name: "a test", parameters: trained, terms }, inputs);
  });
  const { loss, terms: each, gradients, statistics } = result!;
  tf.dispose([loss, { ...each }, { ...gradients }, { ...statistics }, { ...inputs.values }]);
  tf.dispose([inputs.images, inputs.seed, inputs.step]);
});

Deno.test("lossAndGradients() names the parameters that a loss leaves out, and keeps no tensor", () => {
  const move = {
    name: "half",
    parameters: ["pose/mean", "decoder/deconv2/bias", "pose/output/bias"],
    terms: (pass: Pass) => ({ sum: tf.sum(pass.values["pose/mean"]!) as tf.Scalar }),
  };
  const inputs = keptInputs();
  assertTensorsKept(0, () => {
    assert.throws(() => lossAndGradients(move, inputs), {
      name: "Error",
      message: 'Cannot make move "half": its loss must depend on all parameters that it trains, ' +
        "got none of decoder/deconv2/bias, pose/output/bias; use them, or leave them out of the move",
    });
  });
  tf.dispose([{ ...inputs.values }, inputs.images, inputs.seed, inputs.step]);
});
