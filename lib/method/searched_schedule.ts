/**
 * What changes in the course of a run of the searched pose, by the share of it that is over.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";

/** Temperatures of the pose's draw: at the start, at half-time, at the end. */
const [HOT, WARM, COLD] = [20, 1, 0.5];
/** Steps in which the step size rises. */
const WARM_UP = 200;

/** Rises from 0 to 1 between two shares of the run. */
export function ramp(progress: tf.Tensor, from: number, to: number): tf.Tensor {
  return tf.clipByValue(tf.div(tf.sub(progress, from), to - from), 0, 1);
}

/** How far each unit of the latent is awake `[units]`: one after the other, from 10 to 50 %. */
export function awakeUnits(progress: tf.Tensor, units: number): tf.Tensor1D {
  const order = tf.tensor1d(Float32Array.from({ length: units }, (_, i) => i));
  return tf.clipByValue(tf.sub(tf.mul(ramp(progress, 0.1, 0.5), units), order), 0, 1);
}

/** T of the pose's draw `[]`: 20 at the start, 1 at half-time, 0.5 at the end, geometric in between. */
export function poseTemperature(progress: tf.Tensor): tf.Tensor {
  const [first, second] = [
    tf.minimum(1, tf.mul(2, progress)),
    tf.relu(tf.sub(tf.mul(2, progress), 1)),
  ];
  return tf.exp(tf.add(
    tf.add(Math.log(HOT), tf.mul(Math.log(WARM / HOT), first)),
    tf.mul(Math.log(COLD / WARM), second),
  ));
}

/** Share of the step size `[]`: rises over 200 steps, and falls from 60 % of the run on, to 5 %. */
export function stepSizeShare(step: tf.Scalar, steps: number): tf.Tensor {
  const warmUp = tf.minimum(1, tf.div(step, WARM_UP));
  const decay = tf.maximum(0.05, tf.sub(1, ramp(tf.div(step, steps), 0.6, 1)));
  return tf.minimum(warmUp, decay);
}
