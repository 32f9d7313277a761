import assert from "node:assert/strict";
import type { Pass } from "@/model/pass.ts";
import { adversarial } from "@/method/objective/adversarial.ts";
import { drawPrior } from "@/method/objective/prior.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";
import { codesOf } from "./forwards.ts";

/** Codes of one unit: what a discriminator of them says can be drawn on paper. */
const SIZES = { shape: 1, pose: 0 };
const { terms, opponent } = adversarial(1, SIZES);

/** A pass whose discriminator's logit is `slope` c + `offset`. */
function linearPass(slope: number, offset: number): Pass {
  const { parameters } = opponent!;
  const spread = (name: string, entries: Record<number, number>) => {
    const { shape } = parameters[`discriminator/${name}`]!;
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (const [i, value] of Object.entries(entries)) values[Number(i)] = value;
    return { [`discriminator/${name}`]: tf.tensor(values, [...shape]) };
  };
  // Two units of each layer: leaky(x) - leaky(-x) = 1.2 x.
  const values = {
    ...spread("hidden1/weights", { 0: 1, 1: -1 }),
    ...spread("hidden2/weights", { 0: 1, 1: -1, 1000: -1, 1001: 1 }),
    ...spread("output/weights", { 0: slope / 1.44, 1: -slope / 1.44 }),
    ...spread("output/bias", { 0: offset }),
  };
  return passOf(parameters, { values });
}

const softplus = (x: number) => Math.log(1 + Math.exp(x));
const valueOf = (losses: Record<string, tf.Scalar>, name: string) => losses[name]!.dataSync()[0]!;

Deno.test("adversarial() gives log 2 to both where nothing tells codes from draws", () => {
  tf.tidy(() => {
    const [pass, codes] = [linearPass(0, 0), codesOf(tf.tensor2d([[3], [-8]]))];
    assertClose([valueOf(terms(pass, codes), "latent")], [Math.LN2], 1e-6);
    assertClose([valueOf(opponent!.terms(pass, codes), "discriminator")], [Math.LN2], 1e-6);
  });
});

Deno.test("adversarial() charges the model -log D(code), weighed by beta", () => {
  tf.tidy(() => {
    const codes = codesOf(tf.tensor2d([[3], [-1]]));
    const expected = (softplus(-(2 * 3 + 0.5)) + softplus(-(2 * -1 + 0.5))) / 2;
    const model = adversarial(7, SIZES);
    assertClose([valueOf(model.terms(linearPass(2, 0.5), codes), "latent")], [7 * expected], 1e-4);
  });
});

Deno.test("adversarial() charges the opponent -log D(draw) and -log(1 - D(code)), half each", () => {
  tf.tidy(() => {
    const pass = linearPass(2, 0.5);
    const codes = [3, -1];
    const draws = [...drawPrior(pass, 2, SIZES).dataSync()];
    const expected = (softplus(-(2 * draws[0]! + 0.5)) + softplus(-(2 * draws[1]! + 0.5)) +
      softplus(2 * codes[0]! + 0.5) + softplus(2 * codes[1]! + 0.5)) / 4;
    const losses = opponent!.terms(pass, codesOf(tf.tensor2d(codes, [2, 1])));
    assertClose([valueOf(losses, "discriminator")], [expected], 1e-5);
  });
});

Deno.test("adversarial() is lowest for the opponent where its logit is log p / q", () => {
  // Codes from N(1, 1), draws from N(0, 1): log p / q = 1/2 - c.
  tf.tidy(() => {
    const count = 4000;
    const noise = drawPrior(passOf({}, { step: 2 }), count, SIZES);
    const codes = codesOf(tf.add(noise, 1) as tf.Tensor2D);
    const loss = (slope: number, offset: number) =>
      valueOf(opponent!.terms(linearPass(slope, offset), codes), "discriminator");
    const lowest = loss(-1, 0.5);
    for (const [slope, offset] of [[-1.4, 0.5], [-0.6, 0.5], [-1, 1], [-1, 0]] as const) {
      assert.ok(loss(slope, offset) > lowest, `${slope} ${offset}`);
    }
    // There it is log 2 less the Jensen-Shannon divergence, here by midpoints.
    let divergence = 0;
    const width = 0.001;
    for (let c = -9; c < 10; c += width) {
      const [p, q] = [0, 1].map((mean) =>
        Math.exp(-((c - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI)
      );
      const middle = (p! + q!) / 2;
      divergence += width * (p! * Math.log(p! / middle) + q! * Math.log(q! / middle)) / 2;
    }
    assertClose([lowest], [Math.LN2 - divergence], 0.02);
  });
});

Deno.test("adversarial() pushes codes up the discriminator's slope, also where it is sure", () => {
  tf.tidy(() => {
    const pass = linearPass(-2, 0);
    const codes = [0.5, 6]; // D(6) = 6e-6
    const gradient = tf.grad((z) => terms(pass, codesOf(z as tf.Tensor2D)).latent!)(
      tf.tensor2d(codes, [2, 1]),
    );
    // d softplus(2 c) / dc = 2 sigmoid(2 c), each half of the mean
    const expected = codes.map((c) => 1 / (1 + Math.exp(-2 * c)));
    assertClose(gradient.dataSync(), expected, 1e-5);
  });
});

Deno.test("adversarial() lets the discriminator see the angles that are inferred", () => {
  tf.tidy(() => {
    const objective = adversarial(1, { shape: 2, pose: 2 });
    const pass = passOf(objective.opponent!.parameters);
    const z = randomTensor([3, 2], 1) as tf.Tensor2D;
    const [s, tilt] = [2, 3].map((seed) => randomTensor([3], seed) as tf.Tensor1D);
    const gradients = tf.grads((...angles) =>
      objective.terms(pass, codesOf(z, angles[0] as tf.Tensor1D, angles[1])).latent!
    )([s!, tilt!]);
    for (const gradient of gradients) assert.ok(gradient.dataSync().every((value) => value !== 0));
  });
});

Deno.test("adversarial() keeps its terms alone, inside a tidy", () => {
  let both: Record<string, tf.Tensor>;
  assertTensorsKept(2, () => {
    both = tf.tidy(() => {
      const [pass, codes] = [linearPass(1, 0), codesOf(tf.ones([2, 1]))];
      return { ...terms(pass, codes), ...opponent!.terms(pass, codes) };
    });
  });
  tf.dispose(both!);
});
