import * as tf from "@/engine/tf.ts";
import assert from "node:assert/strict";
import { createImageOpponent } from "@/method/image_opponent.ts";
import { assertClose } from "../assert.ts";
import { passOf } from "../model/passes.ts";

const SIZE = 16;
const opponent = createImageOpponent(SIZE, 32);
const some = (seed: number) =>
  tf.randomUniform([3, SIZE, SIZE], 0, 1, "float32", seed) as tf.Tensor3D;
/** A pass in which every logit is 0. */
function undecided() {
  const names = Object.keys(opponent.parameters).filter((name) => name.includes("/output/"));
  const { values } = passOf(opponent.parameters);
  const silent = names.map((name) => [name, tf.zerosLike(values[name]!)]);
  return passOf(opponent.parameters, { values: Object.fromEntries(silent) });
}
const first = (x: tf.Tensor) => x.dataSync()[0]!;

Deno.test("an opponent's disbelief is -log of the probability that views are images", () => {
  tf.tidy(() => {
    const pass = passOf(opponent.parameters, { step: 1 });
    assertClose(
      opponent.disbelief(undecided(), some(1)).dataSync(),
      Array(3).fill(Math.log(2)),
      1e-6,
    );
    const disbelief = opponent.disbelief(pass, some(1));
    assert.deepEqual(disbelief.shape, [3]);
    assert.ok(disbelief.dataSync().every((value) => value > 0));
  });
});

Deno.test("an opponent loses the more, the less it tells images from views", () => {
  tf.tidy(() => {
    const { discriminator, slope } = opponent.terms(undecided(), some(1), some(2));
    assertClose([first(discriminator!)], [2 * Math.log(2)], 1e-6);
    assertClose([first(slope!)], [0], 1e-12);
  });
});

Deno.test("an opponent's slope is the R1 penalty, as true derivatives give it", () => {
  tf.tidy(() => {
    const images = some(3);
    // Noise at each pixel probes the slope in one direction; the mean over draws is that of all.
    let mean = 0;
    const draws = 200;
    for (let step = 0; step < draws; step++) {
      const pass = passOf(opponent.parameters, { step });
      mean += first(opponent.terms(pass, images, images).slope!) / draws;
    }
    const pass = passOf(opponent.parameters, { step: 0 });
    const gradient = tf.grad((x) => tf.sum(opponent.logits(pass, x as tf.Tensor3D)))(images);
    const penalty = 0.5 * first(tf.sum(tf.square(gradient))) / 3;
    assert.ok(Math.abs(mean / penalty - 1) < 0.15, `${mean} where R1 is ${penalty}`);
  });
});
