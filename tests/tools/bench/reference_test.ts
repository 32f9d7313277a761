import assert from "node:assert/strict";
import { makeReference, requireTwin } from "@/tools/bench/reference.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createVae } from "@/method/vae.ts";
import { Pass } from "@/model/pass.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";
import { TINY } from "../../tiny.ts";

const STEPS = 3;
const { tensors, metadata } = makeReference(TINY, STEPS);

Deno.test("makeReference() holds all that decides the losses, with its shapes", () => {
  const shapes = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape }]) => [name, shape]),
  );
  assert.deepEqual(shapes.images, [3, 4, 8, 8, 1]);
  assert.deepEqual(shapes["noise/shape"], [3, 4, 3]);
  assert.deepEqual(shapes["noise/pose"], [3, 4, 12]);
  for (const term of ["loss", "image", "latent", "pose"]) {
    assert.deepEqual(shapes[`losses/${term}`], [3]);
  }
  assert.deepEqual(shapes["initial/encoder/conv1/kernel"], [3, 3, 1, 4]);
  assert.deepEqual(shapes["initial/encoder/norm1/mean"], [4]);
  assert.deepEqual(shapes["after/encoder/norm1/mean"], [4]);
  assert.ok(!("after/encoder/conv1/kernel" in shapes), "it holds no trained weights");
  assert.deepEqual(JSON.parse(metadata.config!), TINY);
});

Deno.test("makeReference() gives the losses of a trainer on the same images", () => {
  using trainer = createTrainer(TINY);
  const images = tensors.images!.values as Float32Array;
  const count = images.length / STEPS;
  for (let step = 0; step < STEPS; step++) {
    const { loss } = trainStep(trainer, images.slice(step * count, (step + 1) * count), step);
    assert.equal(loss, tensors["losses/loss"]!.values[step]);
  }
  assert.deepEqual(
    trainer.snapshot()["encoder/norm1/mean"],
    tensors["after/encoder/norm1/mean"],
  );
});

Deno.test("makeReference() draws other noise in each step and for each latent", () => {
  const draws = ["noise/shape", "noise/pose"].flatMap((name) => {
    const { shape, values } = tensors[name]!;
    const count = shape[1]! * shape[2]!;
    return Array.from({ length: STEPS }, (_, i) => values.slice(i * count, (i + 1) * count));
  });
  assert.equal(new Set(draws.map(([first]) => first)).size, 2 * STEPS);
  const all = draws.flatMap((values) => [...values]);
  assertClose([all.reduce((sum, x) => sum + x, 0) / all.length], [0], 0.3); // 180 of N(0, 1)
});

Deno.test("makeReference() holds the noise that the model samples with", () => {
  const model = createVae(TINY);
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => {
      const pass = passOf(model.parameters, { step }); // the seed is TINY's
      const draws: Record<string, Float32Array> = {}; // by their units
      pass.normal = (stream, shape) => {
        const noise = Pass.prototype.normal.call(pass, stream, shape);
        draws[shape.at(-1)!] = noise.dataSync() as Float32Array;
        return noise;
      };
      model.forward(pass, tf.zeros([TINY.batchSize, TINY.imageSize, TINY.imageSize, 1]));
      assert.deepEqual(Object.keys(draws), ["3", "12"]);
      for (const [units, name] of [[3, "noise/shape"], [12, "noise/pose"]] as const) {
        const count = TINY.batchSize * units;
        assert.deepEqual(
          itemAt(tensors[name]!.values as Float32Array, step, count),
          draws[units],
          name,
        );
      }
    });
  }
});

Deno.test("makeReference() keeps no tensor", () => {
  assertTensorsKept(0, () => makeReference(TINY, 1));
});

Deno.test("requireTwin() refuses what the twins do not know", () => {
  requireTwin(TINY);
  for (
    const [change, words] of [
      [{ method: "another" }, "method must be vae, got another"],
      [{ objective: "elbo" }, "objective must be mu-vae, got elbo"],
      [{ pose: "constant" }, "pose must be free, got constant"],
      [{ elevation: true }, "elevation must be false, got true"],
      [{ texture: true }, "texture must be false, got true"],
    ] as const
  ) {
    assert.throws(() => requireTwin({ ...TINY, ...change }), {
      name: "RangeError",
      message: `Cannot compare with peers: ${words}`,
    });
  }
});
