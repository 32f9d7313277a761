import assert from "node:assert/strict";
import * as fc from "fast-check";
import { elbo } from "@/method/objective/elbo.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../../assert.ts";
import { forwardOf, NO_PASS } from "./forwards.ts";

/** The divergence of one batch, beta and rows given. */
function latentTerm(beta: number, mean: number[][], logVariance: number[][]): number {
  return tf.tidy(() =>
    elbo(beta).terms(NO_PASS, forwardOf([mean, logVariance])).latent!.dataSync()[0]!
  );
}

Deno.test("elbo() is 0 where the posterior is the prior", () => {
  assertClose([latentTerm(1, [[0, 0]], [[0, 0]])], [0], 0);
});

Deno.test("elbo() sums (mu^2 + variance - 1 - log variance) / 2 and averages over the batch", () => {
  // Rows: 2^2 / 2 + 1^2 / 2 = 2.5, and (4 - 1 - log 4) / 2 for a variance of 4.
  const expected = (2.5 + (3 - Math.log(4)) / 2) / 2;
  assertClose([latentTerm(1, [[2, 1], [0, 0]], [[0, 0], [Math.log(4), 0]])], [expected], 1e-6);
});

Deno.test("elbo() weighs shape latent and pose by beta", () => {
  tf.tidy(() => {
    const terms = elbo(4).terms(NO_PASS, forwardOf([[[2, 0]], [[0, 0]]], [[[1]], [[0]]]));
    assert.deepEqual(Object.keys(terms), ["latent", "pose"]);
    assertClose([terms.latent!.dataSync()[0]!, terms.pose!.dataSync()[0]!], [8, 2], 1e-6);
  });
});

Deno.test("elbo() has no pose term where poses have no posterior", () => {
  tf.tidy(() => {
    assert.deepEqual(Object.keys(elbo(1).terms(NO_PASS, forwardOf([[[2]], [[0]]]))), ["latent"]);
  });
});

Deno.test("elbo() is never below 0", () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(number, number), fc.tuple(number, number), (mean, logVariance) => {
      assert.ok(latentTerm(1, [mean], [logVariance]) >= -1e-5);
    }),
    { numRuns: 50 },
  );
});

Deno.test("elbo() agrees with the divergence of many samples", () => {
  // KL = E_q[log q(z) - log p(z)]; midpoints of 4000 slices of q's quantiles instead of draws.
  const [mean, logVariance] = [0.7, -0.8];
  const deviation = Math.exp(logVariance / 2);
  let [sum, mass] = [0, 0];
  for (let i = 0; i < 4000; i++) {
    const eps = -8 + 16 * (i + 0.5) / 4000;
    const density = Math.exp(-eps * eps / 2);
    const z = mean + eps * deviation;
    sum += density * ((-eps * eps - logVariance) / 2 + z * z / 2);
    mass += density;
  }
  assertClose([latentTerm(1, [[mean]], [[logVariance]])], [sum / mass], 1e-5);
});

Deno.test("elbo() has the gradient that differences give", () => {
  tf.tidy(() => {
    const at = [1, 2, -0.4, 0.3, -1, 0.2, 0, -2, 1, -1, -0.1, 0.5];
    const twin = (x: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < 6; i++) {
        sum += (x[i]! ** 2 + Math.exp(x[6 + i]!) - 1 - x[6 + i]!) / 2;
      }
      return 3 * sum / 2;
    };
    const gradient = tf.grad((x) => {
      const [mean, logVariance] = tf.split(x, 2) as [tf.Tensor2D, tf.Tensor2D];
      return elbo(3).terms(NO_PASS, {
        ...forwardOf([[[0]], [[0]]]),
        posterior: { mean, logVariance },
      })
        .latent!;
    })(tf.tensor2d(at, [4, 3]));
    assertGradient(gradient.dataSync(), twin, at, 1e-5);
  });
});

Deno.test("elbo() keeps its terms alone, inside a tidy", () => {
  let terms: Record<string, tf.Tensor>;
  assertTensorsKept(1, () => {
    terms = tf.tidy(() => elbo(1).terms(NO_PASS, forwardOf([[[1]], [[1]]])));
  });
  tf.dispose(terms!);
});
