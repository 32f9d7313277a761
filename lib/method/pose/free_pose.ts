/**
 * The author's pose: free variational variables.
 *
 * @module
 */
import { type Gaussian, sample } from "@/model/gaussian.ts";
import { dense } from "@/model/layers.ts";
import { constant, glorotUniform, local, parametersOf } from "@/model/parameters.ts";
import * as tf from "@/engine/tf.ts";
import { poseOf, type PoseOptions, type PoseStrategy } from "./pose.ts";

/** Units of the pose posterior, and of the hidden layer. Paper: the released code. */
export const UNITS = 12;
const HIDDEN = 10;
/** The stream of the pose's noise. */
const STREAM = "pose";
/** Draws behind the pose of a trained model. */
const DRAWS = 64;

/**
 * Makes poses from a mean and a log-variance for each slot of the batch, which are *not* functions of
 * the image: sample 12 units, dense 10 tanh, dense 1 tanh (dense 2 with an elevation).
 * Paper: the released code's `posterior_mean` and `posterior_log_scale`, which start at 0 and which
 * each batch updates alone before everything is updated.
 * Choice: a trained model's pose is the circular mean over 64 draws, with a fixed seed, where the
 * released code goes on drawing one: the figures of one model then agree.
 * A batch smaller than `batchSize` uses the first slots. Replicas have variables of their own.
 */
export function createFreePose(
  { batchSize, angles }: Pick<PoseOptions, "batchSize" | "angles">,
): PoseStrategy {
  const hidden = dense("pose/hidden", UNITS, HIDDEN, glorotUniform(UNITS, HIDDEN));
  const output = dense("pose/output", HIDDEN, angles, glorotUniform(HIDDEN, angles));
  const posterior = {
    "pose/mean": local([batchSize, UNITS], constant(0)),
    "pose/logVariance": local([batchSize, UNITS], constant(0)),
  };
  return {
    parameters: parametersOf({ parameters: posterior }, hidden, output),
    stages: [
      { kind: "pose", name: "pose variables", shape: [UNITS] },
      { kind: "dense", name: "pose features", shape: [HIDDEN] },
      { kind: "dense", name: "pose s", shape: [angles] },
    ],
    inferredAngles: angles,
    updatedFirst: Object.keys(posterior),
    pose(pass, { images }) {
      const slots = images.shape[0];
      if (slots > batchSize) {
        throw new RangeError(
          `Cannot pose images: a batch must have at most ${batchSize}, the number of free pose ` +
            `variables, got ${slots}; split it`,
        );
      }
      const row = (name: string) =>
        tf.slice(pass.values[`pose/${name}`] as tf.Tensor2D, [0, 0], [slots, UNITS]);
      const posterior: Gaussian = { mean: row("mean"), logVariance: row("logVariance") };
      const network = (z: tf.Tensor2D) =>
        poseOf(tf.tanh(output.apply(pass, tf.tanh(hidden.apply(pass, z)))) as tf.Tensor2D);
      if (pass.isTraining) {
        return { ...network(sample(pass, posterior, STREAM)), posterior };
      }
      const repeated = {
        mean: tf.tile(posterior.mean, [DRAWS, 1]),
        logVariance: tf.tile(posterior.logVariance, [DRAWS, 1]),
      };
      const { s, tilt } = network(sample(pass, repeated, STREAM)); // [DRAWS * B]
      return {
        s: circularMean(s.reshape([DRAWS, slots])),
        ...(tilt && { tilt: tf.mean(tilt.reshape([DRAWS, slots]), 0) as tf.Tensor1D }),
        posterior,
      };
    },
  };
}

/**
 * Averages pose latents as the angles they are: s = 1 and s = -1 are the same azimuth, and a trained
 * network may put half its draws at either, so neither their mean nor the pose of the mean latent is
 * near any of them.
 *
 * @param draws `[draws, B]` in (-1, 1)
 * @returns `[B]` in [-1, 1]
 */
function circularMean(draws: tf.Tensor2D): tf.Tensor1D {
  const angles = tf.mul(draws, Math.PI);
  const mean = tf.atan2(tf.mean(tf.sin(angles), 0), tf.mean(tf.cos(angles), 0));
  return tf.div(mean, Math.PI);
}
