/** Forward passes for the tests of objectives. */
import type { Forward } from "@/model/vae.ts";
import * as tf from "@/tf.ts";

/** Mean and log-variance, row by row. */
type Posterior = readonly [number[][], number[][]];

/** A forward pass with the posteriors that objectives look at, and nothing else. */
export function forwardOf(posterior: Posterior, pose?: Posterior): Forward {
  const gaussian = ([mean, logVariance]: Posterior) => ({
    mean: tf.tensor2d(mean),
    logVariance: tf.tensor2d(logVariance),
  });
  return {
    posterior: gaussian(posterior),
    pose: pose ? { posterior: gaussian(pose) } : {},
  } as Forward;
}
