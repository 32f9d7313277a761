import assert from "node:assert/strict";
import { POSES } from "@/method/pose/poses.ts";
import * as tf from "@/engine/tf.ts";
import { passOf, randomTensor } from "../../model/passes.ts";
import { TINY } from "../../tiny.ts";

const FEATURES = 5;
const optionsFor = (angles: 1 | 2) => ({
  batchSize: TINY.batchSize,
  featureCount: FEATURES,
  angles,
});

Deno.test("POSES has a slot for each image of a batch in its free poses", () => {
  const { parameters } = POSES.free({ batchSize: 7, angles: 1 });
  assert.deepEqual(parameters["pose/mean"]!.shape, [7, 12]);
});

for (const [name, create] of Object.entries(POSES)) {
  Deno.test(`POSES.${name} declares what it updates first, and its stages`, () => {
    const { parameters, stages, updatedFirst } = create(optionsFor(1));
    assert.ok(updatedFirst.every((parameter) => parameters[parameter]!.isTrained));
    assert.ok(Object.keys(parameters).every((parameter) => parameter.startsWith("pose/")));
    assert.ok(stages.length > 0);
  });

  for (const elevation of [false, true]) {
    Deno.test(`POSES.${name} gives the angles it says, elevation ${elevation}`, () => {
      tf.tidy(() => {
        const { parameters, inferredAngles, pose } = create(optionsFor(elevation ? 2 : 1));
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
