import assert from "node:assert/strict";
import { withDraws } from "@/engine/graph/draws.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { statelessNormal, statelessUniform } from "@/engine/graph/stateless_random.ts";
import { record } from "@/engine/graph/trace.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";

/** Draws with XLA and without, of a seed with both signs. */
function drawBoth(draw: typeof statelessNormal, shape: readonly number[]) {
  return [true, false].map((useXla) => {
    using program = jit({
      f: graphFunction(
        { seed: { shape: [2], dtype: "int32" } },
        ({ seed }) => ({ y: draw(shape, seed as tf.Tensor1D, 3) }),
      ),
    }, { useXla });
    return tf.tidy(() => program.f({ seed: tf.tensor1d([7, -5], "int32") }).y.dataSync());
  }) as [Float32Array, Float32Array];
}

for (const shape of [[], [1], [3, 5, 7], [64, 19]]) {
  Deno.test(`withDraws() gives TensorFlow's uniform numbers of shape [${shape}] to the bit`, () => {
    const [xla, plain] = drawBoth(statelessUniform, shape);
    assert.deepEqual(xla, plain);
  });

  Deno.test(`withDraws() gives TensorFlow's normal numbers of shape [${shape}]`, () => {
    const [xla, plain] = drawBoth(statelessNormal, shape);
    assertClose(xla, plain, 2e-6); // some roundings of numbers up to 4
  });
}

Deno.test("withDraws() leaves no draw that XLA makes in another way, and nothing else changed", () => {
  const recorder = new Recorder();
  tf.tidy(() => {
    const seed = tf.zeros([2], "int32") as tf.Tensor1D;
    record(recorder, "f", { seed }, () => ({ y: tf.exp(statelessNormal([3], seed, 0)) }));
  });
  const { nodes } = withDraws(recorder);
  const draws = nodes.filter(({ op }) => op.startsWith("StatelessRandom"));
  const bits = "StatelessRandomUniformFullIntV2"; // once for the key, once for the numbers
  assert.deepEqual(draws.map(({ op }) => op), [bits, bits]);
  const names = new Set(nodes.map(({ name }) => name));
  assert.ok(recorder.nodes.every(({ name }) => names.has(name)), "others find them by name");
  assert.equal(names.size, nodes.length);
});
