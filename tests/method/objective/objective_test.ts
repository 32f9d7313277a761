import assert from "node:assert/strict";
import { type Latents, OBJECTIVES } from "@/method/objective/objective.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";
import { TINY } from "../../tiny.ts";
import { codesOf, forwardOf } from "./forwards.ts";

const SIZES = { shape: 2, pose: 1 };

/** Latents with all that an objective may look at. */
const latents = (): Latents => ({
  ...codesOf(tf.tensor2d([[2, 1], [1, 3]]), tf.tensor1d([0.3, -0.2])),
  ...forwardOf([[[2, 1]], [[1, 0]]]),
  pose: { s: tf.tensor1d([0.3, -0.2]) },
});

for (const [name, create] of Object.entries(OBJECTIVES)) {
  Deno.test(`OBJECTIVES["${name}"] takes beta from the config`, () => {
    tf.tidy(() => {
      const latent = (beta: number) => {
        const { terms, opponent } = create({ ...TINY, beta }, SIZES);
        return terms(passOf(opponent?.parameters ?? {}), latents()).latent!.dataSync()[0]!;
      };
      assert.notEqual(latent(1), 0);
      assertClose([latent(3)], [3 * latent(1)], 1e-4);
    });
  });

  Deno.test(`OBJECTIVES["${name}"] gives an opponent only terms of its own`, () => {
    tf.tidy(() => {
      const { terms, opponent } = create(TINY, SIZES);
      const pass = passOf(opponent?.parameters ?? {});
      const names = Object.keys(terms(pass, latents()));
      for (const term of Object.keys(opponent?.terms(pass, latents()) ?? {})) {
        assert.ok(!names.includes(term), term); // one history holds both
      }
    });
  });
}
