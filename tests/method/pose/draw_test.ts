import * as tf from "@/engine/tf.ts";
import { chooseByError, drawnScores, parabolaVertex, valuesAt } from "@/method/pose/draw.ts";
import { createRandom } from "@/engine/random.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";

const ERRORS = [[3, 1, 2, 5], [0.5, 4, 0.25, 9]];

Deno.test("chooseByError() takes the least error, where nothing is drawn", () => {
  tf.tidy(() => assertClose(chooseByError(tf.tensor2d(ERRORS)).dataSync(), [1, 2], 0));
});

Deno.test("chooseByError() draws by softmax(-error / T)", () => {
  const [count, errors, temperature] = [4000, ERRORS[0]!, 1.5];
  const random = createRandom(3);
  const uniform = Float32Array.from({ length: 4 * count }, () => random.uniform());
  const drawn = tf.tidy(() =>
    chooseByError(tf.tensor2d(new Array(count).fill(errors)), {
      temperature: tf.scalar(temperature),
      uniform: tf.tensor2d(uniform, [count, 4]),
    }).dataSync()
  );
  const weights = errors.map((error) => Math.exp(-error / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [k, weight] of weights.entries()) {
    const share = weight / total;
    const got = drawn.filter((index) => index === k).length / count;
    assertClose([got], [share], 4 * Math.sqrt(share * (1 - share) / count));
  }
});

Deno.test("drawnScores() adds the noise -log(-log u), finite at both ends", () => {
  tf.tidy(() => {
    const scores = drawnScores(tf.tensor1d([1, 1, 1]), tf.tensor1d([0, 0.5, 1 - 2 ** -24]));
    const noise = (u: number) => -Math.log(-Math.log(u * (1 - 2e-7) + 1e-7));
    assertClose(scores.dataSync().slice(0, 2), [0, 0.5].map((u) => 1 + noise(u)), 1e-4);
    assertClose([scores.dataSync()[2]!], [17], 2);
  });
});

Deno.test("valuesAt() takes one value of each row", () => {
  tf.tidy(() => {
    assertClose(valuesAt(tf.tensor2d(ERRORS), tf.tensor1d([3, 0])).dataSync(), [5, 0.5], 0);
  });
});

Deno.test("parabolaVertex() is where a parabola is least, and finite where there is none", () => {
  tf.tidy(() => {
    const at = (x: number) => tf.tensor1d([(x - 0.3) ** 2 + 2, 4 * (x + 0.2) ** 2]);
    assertClose(parabolaVertex(at(-1), at(0), at(1)).dataSync(), [0.3, -0.2], 1e-5);
    const flat = tf.tensor1d([1]);
    assertClose(parabolaVertex(flat, flat, flat).dataSync(), [0], 0);
  });
});

Deno.test("chooseByError() and the others keep no tensor in a tidy", () => {
  assertTensorsKept(0, () =>
    tf.tidy(() => {
      chooseByError(tf.tensor2d(ERRORS));
      valuesAt(tf.tensor2d(ERRORS), tf.tensor1d([3, 0]));
    }));
});
