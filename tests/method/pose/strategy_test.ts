import assert from "node:assert/strict";
import { POSE_STRATEGIES } from "@/method/pose/strategy.ts";
import * as tf from "@/engine/tf.ts";
import { passOf, randomTensor } from "../../model/passes.ts";
import { TINY } from "../../tiny.ts";

const FEATURES = 5;

Deno.test("POSE_STRATEGIES has a slot for each image of a batch in its free poses", () => {
  const { parameters } = POSE_STRATEGIES.free!({ ...TINY, batchSize: 7 }, FEATURES);
  assert.deepEqual(parameters["pose/mean"]!.shape, [7, 12]);
});

for (const [name, create] of Object.entries(POSE_STRATEGIES)) {
  Deno.test(`POSE_STRATEGIES.${name} declares what it updates first, and its stages`, () => {
    const { parameters, stages, updatedFirst } = create(TINY, FEATURES);
    assert.ok(updatedFirst.every((parameter) => parameters[parameter]!.isTrained));
    assert.ok(Object.keys(parameters).every((parameter) => parameter.startsWith("pose/")));
    assert.ok(stages.length > 0);
  });

  for (const elevation of [false, true]) {
    Deno.test(`POSE_STRATEGIES.${name} gives the angles it says, elevation ${elevation}`, () => {
      tf.tidy(() => {
        const { parameters, inferredAngles, pose } = create({ ...TINY, elevation }, FEATURES);
        const count = TINY.batchSize;
        const images = randomTensor([count, 8, 8, 1], 1) as tf.Tensor4D;
        const features = randomTensor([count, FEATURES], 2) as tf.Tensor2D;
        for (const isTraining of [true, false]) {
          const { s, tilt } = pose(passOf(parameters, { isTraining }), { images, features });
          assert.deepEqual(s.shape, [count]);
          assert.deepEqual(tilt?.shape, inferredAngles === 2 ? [count] : undefined);
          const latents = [...s.dataSync(), ...tilt?.dataSync() ?? []];
          assert.ok(latents.every((latent) => latent > -1 && latent < 1));
        }
        // Where nothing is inferred there is no elevation to infer either.
        assert.ok(inferredAngles === 0 || inferredAngles === (elevation ? 2 : 1));
      });
    });
  }
}
