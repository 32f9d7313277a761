import assert from "node:assert/strict";
import { statelessNormal, statelessUniform } from "@/engine/graph/stateless_random.ts";
import * as tf from "@/engine/tf.ts";
import { batchNorm } from "@/model/batch_norm.ts";
import { Pass } from "@/model/pass.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const normal = (stream: string, step = 0) =>
  passOf({}, { step }).normal(stream, [2, 3]).dataSync().join();

Deno.test("normal() draws one stream for each name, anew for every step", () => {
  tf.tidy(() => {
    assert.equal(normal("latent"), normal("latent"));
    const draws = ["latent", "pose", "a", "b", "toString"].map((stream) => normal(stream));
    assert.equal(new Set([...draws, normal("latent", 1)]).size, 6);
  });
});

Deno.test("normal() and uniform() draw what they drew when streams had numbers", () => {
  // A checkpoint of that time resumes with the same numbers.
  tf.tidy(() => {
    const seed = tf.tensor1d([1, 4], "int32");
    const pass = passOf({}, { step: 4 });
    for (const [number, stream] of ["latent", "pose", "prior/latent", "prior/pose"].entries()) {
      const drawn = [pass.normal(stream, [2, 3]), pass.uniform(stream, [2, 3])];
      const expected = [
        statelessNormal([2, 3], seed, number),
        statelessUniform([2, 3], seed, number),
      ];
      assert.deepEqual(
        drawn.map((draw) => [...draw.dataSync()]),
        expected.map((draw) => [...draw.dataSync()]),
      );
    }
  });
});

Deno.test("normal() and uniform() give each replica rows of its own of what all of them draw", () => {
  tf.tidy(() => {
    const seed = tf.tensor1d([1, 4], "int32");
    const options = { values: {}, seed, step: tf.scalar(4), isTraining: true };
    const whole = new Pass(options);
    for (const draw of ["normal", "uniform"] as const) {
      const parts = [0, 1, 2].map((index) => new Pass({ ...options, replica: { index, of: 3 } }))
        .map((pass) => pass[draw]("a", [2, 5]));
      const all = whole[draw]("a", [6, 5]);
      assert.deepEqual(parts.flatMap((part) => [...part.dataSync()]), [...all.dataSync()]);
    }
    const only = new Pass({ ...options, replica: { index: 0, of: 1 } }).normal("a", [2, 5]);
    assert.deepEqual(only.dataSync(), whole.normal("a", [2, 5]).dataSync());
    const [second] = [1].map((index) => new Pass({ ...options, replica: { index, of: 2 } }));
    assert.deepEqual(
      second!.frozen().normal("a", [3]).dataSync(),
      whole.normal("a", [6]).dataSync().slice(3),
    );
  });
});

Deno.test("uniform() stays in [0, 1)", () => {
  tf.tidy(() => {
    const values = passOf({}).uniform("a", [2000]).dataSync();
    assert.ok(values.every((value) => value >= 0 && value < 1));
    assert.ok(Math.min(...values) < 0.01 && Math.max(...values) > 0.99);
  });
});

Deno.test("batchMean() averages over the first axis, and passes the gradient to each row", () => {
  tf.tidy(() => {
    const pass = passOf({});
    const x = tf.tensor2d([[1, 2], [3, 6]]);
    assertClose(pass.batchMean(x).dataSync(), [2, 4], 1e-6);
    const gradient = tf.grad((x) => tf.sum(tf.mul([3, 5], pass.batchMean(x))))(x);
    assertClose(gradient.dataSync(), [1.5, 2.5, 1.5, 2.5], 1e-6);
  });
});

const norm = batchNorm<tf.Tensor2D>("norm", 2);

Deno.test("frozen() computes the same and leaves no statistics", () => {
  tf.tidy(() => {
    const pass = passOf(norm.parameters);
    const x = randomTensor([4, 2], 1) as tf.Tensor2D;
    const frozen = pass.frozen();
    const again = norm.apply(frozen, x).dataSync();
    assert.deepEqual(pass.statistics, {});
    assert.deepEqual(frozen.statistics, {});
    assert.deepEqual(norm.apply(pass, x).dataSync(), again);
    assert.deepEqual(Object.keys(pass.statistics), ["norm/mean", "norm/variance"]);
    assert.deepEqual(
      [...frozen.normal("a", [2]).dataSync()],
      [...pass.normal("a", [2]).dataSync()],
    );
    assert.equal(frozen.isTraining, true);
  });
});

Deno.test("keepStatistic() refuses a second run of a layer in one pass", () => {
  tf.tidy(() => {
    const pass = passOf(norm.parameters);
    const x = randomTensor([4, 2], 1) as tf.Tensor2D;
    norm.apply(pass, x);
    assert.throws(() => norm.apply(pass, x), {
      name: "Error",
      message: "Cannot keep norm/mean: a pass must run its layer once, got a second time; " +
        "run what is not the batch itself in pass.frozen()",
    });
    norm.apply(pass.frozen(), x);
  });
});

Deno.test("a pass keeps its draws alone, inside a tidy", () => {
  const pass = passOf({});
  let draws: tf.Tensor[];
  assertTensorsKept(2, () => {
    draws = tf.tidy(() => [pass.normal("a", [2]), pass.uniform("a", [2])]);
  });
  tf.dispose(draws!);
});
