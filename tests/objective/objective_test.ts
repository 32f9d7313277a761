import assert from "node:assert/strict";
import { OBJECTIVES } from "@/objective/objective.ts";
import * as tf from "@/tf.ts";
import { assertClose } from "../assert.ts";
import { TINY } from "../tiny.ts";
import { forwardOf } from "./forwards.ts";

for (const [name, create] of Object.entries(OBJECTIVES)) {
  Deno.test(`OBJECTIVES["${name}"] takes beta from the config`, () => {
    tf.tidy(() => {
      const latent = (beta: number) =>
        create({ ...TINY, beta }).terms(forwardOf([[[2, 1]], [[1, 0]]])).latent!.dataSync()[0]!;
      assert.ok(latent(1) > 0);
      assertClose([latent(3)], [3 * latent(1)], 1e-5);
    });
  });
}
