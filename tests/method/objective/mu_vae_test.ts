import assert from "node:assert/strict";
import { muVae } from "@/method/objective/mu_vae.ts";
import type { Latents } from "@/method/objective/objective.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../../assert.ts";
import { forwardOf, NO_PASS } from "./forwards.ts";

/** The terms as plain numbers. */
function termsOf(beta: number, forward: Latents): Record<string, number> {
  const terms = muVae(beta).terms(NO_PASS, forward);
  return Object.fromEntries(
    Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0]!]),
  );
}

const MEAN = [[1, 2, -4], [3, -1, 2]]; // sums -1 and 4, average 1.5
const LOG_VARIANCE = [[0, -2, 1], [-1, -1, 0]]; // sums -1 and -2, average -1.5

Deno.test("muVae() adds the sizes of the average mean and log-variance", () => {
  tf.tidy(() => {
    const terms = termsOf(1, forwardOf([MEAN, LOG_VARIANCE], [[[5, 0]], [[-1, -1]]]));
    assert.deepEqual(Object.keys(terms), ["latent", "pose"]);
    assertClose([terms.latent!, terms.pose!], [1.5 + 1.5, 5 + 2], 1e-6);
  });
});

Deno.test("muVae() weighs the shape latent by beta, the pose by 1", () => {
  tf.tidy(() => {
    const terms = termsOf(0.1, forwardOf([MEAN, LOG_VARIANCE], [[[5, 0]], [[-1, -1]]]));
    assertClose([terms.latent!, terms.pose!], [0.3, 7], 1e-6);
  });
});

Deno.test("muVae() is 0 where only the batch's averages are", () => {
  tf.tidy(() => {
    const spread = [[3, -1], [-4, 2]]; // sums 2 and -2
    assertClose([termsOf(1, forwardOf([spread, spread])).latent!], [0], 1e-6);
  });
});

Deno.test("muVae() has no pose term where poses have no posterior", () => {
  tf.tidy(() => {
    const terms = termsOf(1, forwardOf([MEAN, LOG_VARIANCE]));
    assert.deepEqual(Object.keys(terms), ["latent"]);
  });
});

Deno.test("muVae() has the gradient that differences give", () => {
  tf.tidy(() => {
    const at = [...MEAN.flat(), ...LOG_VARIANCE.flat()];
    const twin = (x: Float64Array) => {
      const average = (values: Float64Array) =>
        Math.abs(values.reduce((sum, value) => sum + value, 0) / 2);
      return 0.7 * (average(x.subarray(0, 6)) + average(x.subarray(6)));
    };
    const gradient = tf.grad((x) => {
      const [mean, logVariance] = tf.split(x, 2) as [tf.Tensor2D, tf.Tensor2D];
      const forward = { ...forwardOf([MEAN, LOG_VARIANCE]), posterior: { mean, logVariance } };
      return muVae(0.7).terms(NO_PASS, forward).latent!;
    })(tf.tensor2d(at, [4, 3]));
    assertGradient(gradient.dataSync(), twin, at, 1e-5);
  });
});

Deno.test("muVae() keeps its terms alone, inside a tidy", () => {
  let terms: Record<string, tf.Tensor>;
  assertTensorsKept(2, () => {
    terms = tf.tidy(() => muVae(1).terms(NO_PASS, forwardOf([MEAN, MEAN], [MEAN, MEAN])));
  });
  tf.dispose(terms!);
});
