import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { stopGradient, withoutGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

/** d/dx of x^2 stop(x), where the last factor counts as a constant. */
const gradient = (x: tf.Tensor) => tf.grad((x) => tf.mul(tf.square(x), stopGradient(x)))(x);

Deno.test("stopGradient() gives the value, and passes no gradient", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, -2, 3]);
    assertClose(stopGradient(x).dataSync(), [1, -2, 3], 0);
    assertClose(gradient(x).dataSync(), [2, 8, 18], 1e-6); // 2 x * x, not 3 x^2
  });
});

Deno.test("stopGradient() is the same when traced", () => {
  using program = jit({
    gradient: graphFunction(
      { x: { shape: [3], dtype: "float32" } },
      ({ x }) => ({ y: gradient(x) }),
    ),
  });
  tf.tidy(() => {
    const { y } = program.gradient({ x: tf.tensor1d([1, -2, 3]) });
    assertClose(y.dataSync(), [2, 8, 18], 1e-6);
  });
});

Deno.test("withoutGradient() takes operations that have no gradient", () => {
  tf.tidy(() => {
    const places = (x: tf.Tensor) => tf.cast(tf.argMax(x), "float32");
    const f = (x: tf.Tensor) => tf.mul(tf.sum(x), withoutGradient(() => places(x))) as tf.Scalar;
    assertClose(tf.grad(f)(tf.tensor1d([1, 5, 2])).dataSync(), [1, 1, 1], 0);
  });
});

Deno.test("withoutGradient() lets gradients flow again afterwards, also after an error", () => {
  tf.tidy(() => {
    const f = (x: tf.Tensor) => {
      assert.throws(() =>
        withoutGradient(() => {
          throw new Error("inside");
        })
      );
      return tf.square(x) as tf.Scalar;
    };
    assertClose(tf.grad(f)(tf.scalar(3)).dataSync(), [6], 0);
  });
});

Deno.test("stopGradient() makes one tensor", () => {
  const x = tf.scalar(1);
  assertTensorsKept(0, () => stopGradient(x).dispose());
  x.dispose();
});
