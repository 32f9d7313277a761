import assert from "node:assert/strict";
import type { Latents } from "@/method/objective/objective.ts";
import { BETAS, OBJECTIVES } from "@/method/objective/objectives.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";
import { passOf } from "../../model/passes.ts";
import { codesOf, forwardOf } from "./forwards.ts";

const SIZES = { shape: 2, pose: 1 };

/** Latents with all that an objective may look at. */
const latents = (): Latents => ({
  ...codesOf(tf.tensor2d([[2, 1], [1, 3]]), tf.tensor1d([0.3, -0.2])),
  ...forwardOf([[[2, 1]], [[1, 0]]]),
  pose: { s: tf.tensor1d([0.3, -0.2]) },
});

for (const [name, { create, beta }] of Object.entries(OBJECTIVES)) {
  Deno.test(`OBJECTIVES["${name}"] weighs its latent term by beta`, () => {
    tf.tidy(() => {
      const latent = (beta: number) => {
        const { terms, opponent } = create({ batchSize: 2, beta, sizes: SIZES });
        return terms(passOf(opponent?.parameters ?? {}), latents()).latent!.dataSync()[0]!;
      };
      assert.notEqual(latent(1), 0);
      assertClose([latent(3)], [3 * latent(1)], 1e-4);
    });
  });

  Deno.test(`OBJECTIVES["${name}"] gives an opponent only terms of its own`, () => {
    tf.tidy(() => {
      const { terms, opponent } = create({ batchSize: 2, beta, sizes: SIZES });
      const pass = passOf(opponent?.parameters ?? {});
      const names = Object.keys(terms(pass, latents()));
      for (const term of Object.keys(opponent?.terms(pass, latents()) ?? {})) {
        assert.ok(!names.includes(term), term); // one history holds both
      }
    });
  });
}

Deno.test("BETAS has the weight of every objective", () => {
  assert.deepEqual(Object.keys(BETAS), Object.keys(OBJECTIVES));
  assert.ok(Object.values(BETAS).every((beta) => beta > 0));
});
