/**
 * Random numbers inside a traced function. They are a pure function of their seed, so a run that is
 * resumed at step n draws what the uninterrupted run drew, with no generator to save.
 *
 * @module
 */
import { nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";

/**
 * Draws from N(0, 1).
 *
 * @param shape The result's shape
 * @param seed `[2]` int32: the run's seed and the step
 * @param stream Tells apart several draws of one step
 */
export function statelessNormal(
  shape: readonly number[],
  seed: tf.Tensor1D,
  stream: number,
): tf.Tensor {
  return draw("StatelessRandomNormal", shape, seed, stream);
}

/** Draws from the uniform distribution on [0, 1). Parameters as for `statelessNormal`. */
export function statelessUniform(
  shape: readonly number[],
  seed: tf.Tensor1D,
  stream: number,
): tf.Tensor {
  return draw("StatelessRandomUniform", shape, seed, stream);
}

function draw(op: string, shape: readonly number[], seed: tf.Tensor1D, stream: number): tf.Tensor {
  return tf.tidy(() => {
    // An odd multiplier keeps (seed, stream) pairs apart; int32 wraps around.
    const key = tf.add(seed, tf.tensor1d([Math.imul(stream, 0x61c88647), 0], "int32"));
    const size = tf.tensor1d([...shape], "int32");
    return nativeOp(op, {
      dtype: type("float32"),
      T: type("int32"),
      Tseed: type("int32"),
    }, [size, key])[0]!;
  });
}
